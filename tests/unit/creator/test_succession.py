"""Which other groups take our invoices, and where a new group starts after others."""

import pytest

from invoice_creator.succession import beginnings, rivals
from invoice_shared.kafka.groups import ConsumerGroup

ALL = ("netsuite", "quickbooks_online", "razorpay")
CREATOR = "invoice-creator"


def stopped(destinations: str, **committed: int) -> ConsumerGroup:
    offsets = {int(name[1:]): offset for name, offset in committed.items()}
    return ConsumerGroup(
        f"{CREATOR}-{destinations}" if destinations else CREATOR, committed=offsets
    )


@pytest.mark.parametrize(
    ("own", "taken", "groups", "offsets"),
    [
        pytest.param("invoice-creator-netsuite", ["netsuite"], [], {}, id="the first ever"),
        pytest.param(
            "invoice-creator-netsuite",
            ["netsuite"],
            [stopped("", p0=7, p3=2)],
            {0: 7, 3: 2},
            id="one destination, after the group of all destinations",
        ),
        pytest.param(
            "invoice-creator-netsuite",
            ["netsuite"],
            [stopped("", p0=7), stopped("razorpay", p0=9), stopped("netsuite-razorpay", p0=8)],
            {0: 8},
            id="at the highest offset of any group with its destination",
        ),
        pytest.param(
            CREATOR,
            ALL,
            [stopped("netsuite", p0=7, p1=4), stopped("quickbooks_online-razorpay", p0=5, p1=6)],
            {0: 5, 1: 4},
            id="all destinations, at the lowest offset of the groups that cover them",
        ),
        pytest.param(
            CREATOR,
            ALL,
            [stopped("netsuite", p0=7), stopped("razorpay", p0=5)],
            {},
            id="one destination is not covered",
        ),
        pytest.param(
            CREATOR,
            ALL,
            [stopped("netsuite", p0=7, p1=3), stopped("quickbooks_online-razorpay", p0=5)],
            {0: 5},
            id="one partition is not covered",
        ),
        pytest.param(
            "invoice-creator-netsuite",
            ["netsuite"],
            [stopped("", p0=7, p1=9), stopped("netsuite", p0=3)],
            {1: 9},
            id="its own offsets come first",
        ),
        pytest.param(
            "invoice-creator-netsuite",
            ["netsuite"],
            [stopped("", p0=7), ConsumerGroup("invoice-creator-netsuite", has_members=True)],
            {},
            id="another member has begun",
        ),
        pytest.param(
            "ours",
            ["netsuite"],
            [stopped("", p0=7), ConsumerGroup("theirs", committed={0: 9})],
            {0: 7},
            id="groups with names of their own",
        ),
    ],
)
def test_a_new_group_starts_where_others_have_settled_everything(
    own: str, taken: list[str], groups: list[ConsumerGroup], offsets: dict[int, int]
) -> None:
    assert beginnings(own, taken, groups) == offsets


def test_a_rival_has_members_and_shares_a_destination() -> None:
    groups = [
        ConsumerGroup("invoice-creator-netsuite", has_members=True),
        ConsumerGroup("invoice-creator-netsuite-razorpay", has_members=True),
        ConsumerGroup("invoice-creator-quickbooks_online", has_members=True),
        ConsumerGroup("invoice-creator", committed={0: 1}),
        ConsumerGroup("theirs", has_members=True),
    ]

    assert rivals("invoice-creator-netsuite", ["netsuite"], groups) == {
        "invoice-creator-netsuite-razorpay": ["netsuite"]
    }
    assert rivals("ours", ["razorpay"], groups) == {
        "invoice-creator-netsuite-razorpay": ["razorpay"]
    }
