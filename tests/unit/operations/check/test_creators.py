from invoice_operations.check.creators import check_creators
from invoice_shared.kafka.groups import ConsumerGroup


def working(name: str) -> ConsumerGroup:
    return ConsumerGroup(name, has_members=True)


def test_two_groups_that_take_the_same_destination_are_named() -> None:
    groups = [working("invoice-creator"), working("invoice-creator-netsuite"), working("theirs")]

    (line,) = check_creators(groups)

    assert (line.part, line.state) == ("creators", "to fix")
    assert "invoice-creator and invoice-creator-netsuite both take netsuite" in line.detail


def test_a_stopped_group_is_not_a_conflict() -> None:
    groups = [
        ConsumerGroup("invoice-creator", committed={0: 7}),
        working("invoice-creator-netsuite"),
        working("invoice-creator-razorpay"),
    ]

    (line,) = check_creators(groups)

    assert line.state == "works"
    assert (
        line.detail == "netsuite by invoice-creator-netsuite, razorpay by invoice-creator-razorpay"
    )


def test_nothing_is_said_if_no_creator_is_running() -> None:
    assert list(check_creators([ConsumerGroup("invoice-creator", committed={0: 7})])) == []
