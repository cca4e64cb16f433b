import pwd
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from invoice_cli.person import accountable, person
from invoice_operations.decide.audit import decisions
from invoice_operations.decide.decider import Decider, Person, required
from invoice_operations.errors import InvalidRequest
from invoice_operations.view.span import WHOLE, Span
from invoice_shared.decision import Decision
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes
from tests.fakes import START, FakeClock, FakePublisher

TOPIC = "invoice-decisions"


def decider(publisher: FakePublisher, by: str = "ada") -> Decider:
    return Decider(publisher, TOPIC, Person(by, "cli"), FakeClock())


def test_a_decision_is_a_record_under_its_subject() -> None:
    broker = FakePublisher()

    decision = decider(broker, " ada ").decide("pause", "netsuite", " books are closed ")

    (record,) = broker.to(TOPIC)
    assert record.key == b"netsuite"
    assert from_bytes(Decision, record.value) == decision
    assert (decision.kind, decision.by, decision.why, decision.at) == (
        "pause",
        "ada",
        "books are closed",
        START,
    )


def test_each_decision_has_an_id_of_its_own() -> None:
    ours = decider(FakePublisher())

    assert (
        ours.decide("resume", "netsuite").decision_id
        != ours.decide("resume", "netsuite").decision_id
    )


@pytest.mark.parametrize("by", ["", "  "])
def test_a_decision_needs_a_person(by: str) -> None:
    broker = FakePublisher()

    with pytest.raises(InvalidRequest, match="--by"):
        decider(broker, by).decide("pause", "netsuite", "because")
    assert broker.published == []


def test_a_required_reason_must_not_be_blank() -> None:
    assert required(" because ") == "because"
    with pytest.raises(InvalidRequest, match="--why"):
        required("  ")


def test_the_user_of_the_terminal_decides_unless_another_person_is_named() -> None:
    assert person(None, lambda: "kim") == Person("kim", "cli")
    assert person("ada", lambda: "kim") == Person("ada", "cli")


@pytest.mark.parametrize(
    "error", [KeyError("getpwuid(): uid not found: 65532"), OSError("No username set")], ids=repr
)
def test_a_user_without_a_name_is_told_to_give_one(error: Exception) -> None:
    def nobody() -> str:
        raise error

    with pytest.raises(InvalidRequest, match="--by"):
        person(None, nobody)


def account(uid: int, shell: str) -> pwd.struct_passwd:
    return pwd.struct_passwd(("kim", "x", uid, uid, "", "/", shell))


@pytest.mark.parametrize(
    "own",
    [
        pytest.param(lambda: account(0, "/bin/bash"), id="root"),
        pytest.param(lambda: account(101, "/usr/sbin/nologin"), id="a service"),
        pytest.param(lambda: account(65534, "/bin/false"), id="nobody"),
        pytest.param(lambda: pwd.getpwnam("nobody of that name"), id="a number alone"),
    ],
)
def test_an_account_that_is_not_a_person_does_not_satisfy_an_auditor(
    own: Callable[[], pwd.struct_passwd],
) -> None:
    with pytest.raises(InvalidRequest, match="--by"):
        accountable(None, lambda: "root", own)

    assert accountable("kim", lambda: "root", own) == Person("kim", "cli")


def test_a_person_who_logged_in_counts_as_a_person() -> None:
    assert accountable(None, lambda: "kim", lambda: account(1000, "/bin/bash")) == Person(
        "kim", "cli"
    )


class StoredRecords:
    """A topic with what was published and a foreign record, each with a record time long ago."""

    def __init__(self, broker: FakePublisher) -> None:
        values = [b"?", *(record.value for record in broker.to(TOPIC))]
        self._records = [
            Record(TOPIC, 0, offset, b"k", value, timestamp=0)
            for offset, value in enumerate(values)
        ]

    def read(self, _topic: str, span: Span = WHOLE) -> Iterator[Record]:
        return filter(span.holds, self._records)


def test_the_audit_lists_decisions_and_leaves_out_other_records() -> None:
    broker = FakePublisher()
    made = [
        decider(broker).decide("pause", "netsuite", "x"),
        decider(broker).decide("resume", "netsuite"),
    ]

    assert list(decisions(StoredRecords(broker), TOPIC)) == made


@pytest.mark.parametrize(("since", "count"), [(START, 1), (START + timedelta(seconds=1), 0)])
def test_the_audit_uses_the_time_of_the_decision_not_of_the_record(
    since: datetime, count: int
) -> None:
    broker = FakePublisher()
    decider(broker).decide("pause", "netsuite", "x")

    assert len(list(decisions(StoredRecords(broker), TOPIC, since))) == count
