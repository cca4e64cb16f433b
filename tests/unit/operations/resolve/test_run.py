"""Carrying out a resolution: which failure, in which order, durable, and again after an
interruption.
"""

from concurrent.futures import Future
from typing import Any

import pytest

from invoice_creator.settings import WritebackSettings
from invoice_operations.decide.decider import Person
from invoice_operations.errors import NeedsAttention, NotFound
from invoice_operations.resolve.resolution import Resolution
from invoice_operations.resolve.run import Resolved, resolve
from invoice_shared.decision import Decision
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import from_bytes
from tests.builders import CUSTOMER_ID, INVOICE_ID, failure, formatted_invoice, outcome, raw_invoice
from tests.fakes import START, FakePublisher
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.world import FakeInstallation

ID = "abcdef0123456789"
FAILURE = failure(failure_id=ID, destination="netsuite")
KNOWN = outcome(
    outcome="failed",
    failure_id=ID,
    settled_at=FAILURE.failed_at,
    destination="netsuite",
    provider_document_id=None,
    issue_date="2026-03-01",
)
AT = (CUSTOMER_ID, INVOICE_ID)


def open_failure(**changes: Any) -> FakeInstallation:
    records = [in_errors(0, FAILURE), in_ledger(0, KNOWN)]
    return FakeInstallation(records, answers={AT: {"data": {"id": INVOICE_ID}}}, **changes)


def by(
    who: str, installation: FakeInstallation, failure_id: str = ID[:8], **asked: Any
) -> Resolved:
    return resolve(
        Resolution(failure_id, "billed by hand", **asked), installation, Person(who, "cli")
    )


def topics(installation: FakeInstallation) -> list[str]:
    return [record.topic for record in installation.broker.published]


def test_the_decision_is_recorded_before_the_ledgers_newest_entry_is_replaced() -> None:
    installation = open_failure()

    entered = by("kim", installation).event

    decided, record = installation.broker.published
    decision = from_bytes(Decision, decided.value)
    assert (decided.topic, decided.key) == ("invoice-decisions", INVOICE_ID.encode())
    assert (decision.kind, decision.failure_id, decision.by, decision.why) == (
        "resolve",
        ID,
        "kim",
        "billed by hand",
    )
    assert (record.topic, record.key) == ("invoice-outcomes", INVOICE_ID.encode())
    assert from_bytes(Outcome, record.value) == entered
    assert (entered.outcome, entered.resolved_by, entered.total) == ("resolved", "kim", KNOWN.total)
    assert entered.settled_at == START


def test_a_resolved_failure_is_not_resolved_again() -> None:
    installation = open_failure()
    by("kim", installation)

    with pytest.raises(NeedsAttention, match="resolved already"):
        by("lee", installation)

    assert topics(installation) == ["invoice-decisions", "invoice-outcomes"]


def test_an_unknown_failure_is_reported() -> None:
    with pytest.raises(NotFound):
        by("kim", open_failure(), "0123456789")


def test_a_resolution_that_the_broker_refuses_does_not_count() -> None:
    installation = open_failure()
    installation.broker.fail()

    with pytest.raises(PublishFailed):
        by("kim", installation)


class DyingBroker(FakePublisher):
    """Is lost after it has accepted a number of records, until it recovers."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def send(self, record: OutgoingRecord) -> Future[None]:
        if self.left == 0:
            self.fail(times=1)
        self.left -= 1
        return super().send(record)


def test_a_resolution_interrupted_after_the_decision_can_be_repeated() -> None:
    installation = open_failure(broker=DyingBroker(1))
    with pytest.raises(PublishFailed):
        by("kim", installation)

    by("kim", installation)

    assert topics(installation) == ["invoice-decisions", "invoice-decisions", "invoice-outcomes"]


def test_a_document_made_by_hand_is_entered_and_reported_before_the_failure_is_closed() -> None:
    installation = open_failure()

    told = by("kim", installation, document_id="4711")

    decision = from_bytes(Decision, installation.broker.published[0].value)
    assert (decision.document_id, decision.destination) == ("4711", "netsuite")
    assert [each.key for each in installation.broker.to("invoice-outcomes")] == [
        f"{INVOICE_ID}#document:netsuite:4711".encode(),
        INVOICE_ID.encode(),
    ]
    assert told.metronome == "reported FINALIZED"
    assert installation.told == [
        (
            CUSTOMER_ID,
            {
                "invoice_id": INVOICE_ID,
                "billing_provider": "netsuite",
                "billing_provider_invoice_id": "4711",
                "external_status": "FINALIZED",
                "issued_at": "2026-03-01T00:00:00.000Z",
            },
        )
    ]
    known = installation.view().invoice(INVOICE_ID)
    assert [each.provider_document_id for each in known.documents] == ["4711"]
    assert known.newest is not None
    assert known.newest.outcome == "resolved"


@pytest.mark.parametrize(
    ("external", "said", "reports"),
    [
        pytest.param(
            {"invoice_id": "9", "external_status": "FINALIZED"},
            "document 9 (FINALIZED)",
            0,
            id="another",
        ),
        pytest.param(
            {"invoice_id": "4711", "external_status": "PAID"},
            "reported FINALIZED",
            0,
            id="already reported",
        ),
        pytest.param(
            {"invoice_id": "9", "external_status": "INVALID_REQUEST_ERROR"},
            "reported FINALIZED",
            1,
            id="a refusal",
        ),
        pytest.param(
            {"invoice_id": "9", "external_status": "VOID"},
            "reported FINALIZED",
            1,
            id="a removed one",
        ),
    ],
)
def test_a_document_that_metronome_already_knows_is_not_overwritten(
    external: dict[str, str], said: str, reports: int
) -> None:
    installation = open_failure()
    installation.answers[AT] = {"data": {"external_invoice": external}}

    told = by("kim", installation, document_id="4711")

    assert said in (told.metronome or "")
    assert len(installation.told) == reports


def test_metronome_gets_no_report_without_the_write_back() -> None:
    installation = open_failure(
        blocks={WritebackSettings: WritebackSettings(metronome_status_writeback=False)}
    )

    told = by("kim", installation, document_id="4711")

    assert told.metronome == "not reported: METRONOME_STATUS_WRITEBACK is false"
    assert installation.told == []


def test_the_failure_stays_open_until_metronome_has_the_report_and_the_document_is_known() -> None:
    installation = open_failure()
    answers = installation.answers.copy()
    installation.answers.clear()

    with pytest.raises(NeedsAttention, match="The failure stays open"):
        by("kim", installation, document_id="4711")

    assert [
        each.provider_document_id for each in installation.view().invoice(INVOICE_ID).documents
    ] == ["4711"]
    assert [case.state for case in installation.view().named(ID)] == ["open"]
    installation.answers.update(answers)
    assert by("kim", installation, document_id="4711").metronome == "reported FINALIZED"


RAW = record_in("raw-invoices", 8, raw_invoice(), INVOICE_ID)
FAILED_RAW = record_in("raw-invoices", 7, raw_invoice(), INVOICE_ID)
FORMATTED = record_in("formatted-invoices", 3, formatted_invoice(), INVOICE_ID)


def group(name: str, offset: int | None, *, has_members: bool = True) -> ConsumerGroup:
    return ConsumerGroup(name, has_members, {} if offset is None else {0: offset})


@pytest.mark.parametrize(
    ("record", "groups", "waits"),
    [
        pytest.param(RAW, [], True, id="nothing is consumed"),
        pytest.param(FAILED_RAW, [], False, id="the record that failed"),
        pytest.param(RAW, [group("invoice-formatter", 8)], True, id="not consumed yet"),
        pytest.param(RAW, [group("invoice-formatter", 9)], False, id="consumed"),
        pytest.param(FORMATTED, [group("invoice-creator-netsuite", None)], True, id="a new group"),
        pytest.param(
            FORMATTED,
            [group("invoice-creator", 0, has_members=False), group("invoice-creator-netsuite", 4)],
            False,
            id="another group has stopped for good",
        ),
        pytest.param(
            FORMATTED,
            [group("invoice-creator-netsuite", 4), group("invoice-creator-razorpay", 0)],
            False,
            id="another destination's group is behind",
        ),
        pytest.param(
            FORMATTED,
            [group("invoice-creator-netsuite", 4), group("somebody's reports", 0)],
            False,
            id="a group that is not a service",
        ),
        pytest.param(
            FORMATTED,
            [group("invoice-creator-netsuite", 3, has_members=False)],
            True,
            id="the creators are stopped",
        ),
    ],
)
def test_a_waiting_record_is_an_obstacle(
    record: Any, groups: list[ConsumerGroup], waits: bool
) -> None:
    installation = open_failure(readers={record.topic: groups})
    installation.records.append(record)

    if not waits:
        by("kim", installation)
        return
    with pytest.raises(NeedsAttention, match=r"waits and may still be sent: .*-invoices\[0\]@\d"):
        by("kim", installation)
    assert topics(installation) == []
    by("kim", installation, despite_waiting=True)
    assert topics(installation) == ["invoice-decisions", "invoice-outcomes"]
