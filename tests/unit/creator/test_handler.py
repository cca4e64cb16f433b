"""From a record to a document, a status at Metronome, and what is written down: phase by phase, failure by failure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.intake import ALL_PHASES, Scope, task_of
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.scheduling.task import Task
from invoice_providers.base import Found
from invoice_providers.connection import Connection
from invoice_providers.names import destinations
from invoice_providers.registry import provider_of
from invoice_shared import serde
from invoice_shared.errors import AlreadyExists, CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.failure import ProviderResponse
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.settings import KafkaSettings
from tests.builders import INVOICE_ID, formatted_invoice, record
from tests.fakes import FakeClock, FakePublisher
from tests.unit.creator.doubles import FakeProvider, FakeWriteback

UNKNOWN = Uncertain("no answer")
FAILED = Unavailable("500")
OUTAGE = Unavailable("503", outage=True)


def its_task(value: bytes, taken: Collection[str] = destinations()) -> Task:
    task = task_of(record(topic="formatted-invoices", value=value), ALL_PHASES, Scope(taken, destinations()))
    assert task is not None
    return task


class Desk:
    """A handler between fakes, and one invoice's task."""

    def __init__(self, document: FormattedInvoice | None = None, *, set_up: str = "netsuite") -> None:
        self.provider = FakeProvider()
        self.writeback = FakeWriteback()
        self.publisher = FakePublisher()
        clock, metrics = FakeClock(), Metrics()
        settlement = Settlement(self.publisher, KafkaSettings(), metrics, clock)
        connection = Connection(provider_of(set_up), self.provider)
        self.handler = InvoiceHandler({set_up: connection}, self.writeback, settlement, metrics, clock)
        self.document = document or formatted_invoice()
        self.task = self.new_task()

    def new_task(self) -> Task:
        return its_task(serde.to_bytes(self.document))

    def attempt(self) -> CallFailed | None:
        """Make an attempt and take the task on as the dispatcher does."""
        error = self.handler.attempt(self.task)
        if error is None:
            self.task.move_on()
        elif isinstance(error, Rejected):
            self.task.refused(error)
        return error

    def give_up_in(self, opening: int, now: int) -> None:
        """Use the task's retries up while its document may exist; the next attempt is begun after ``now`` openings."""
        self.task.maybe_exists, self.task.last_look_in = True, opening
        self.task.slot = CallSlot(self.task.lane, self.task.lane, now, is_probe=False)

    def finish(self) -> None:
        """Attempt until nothing is left to do."""
        while self.task.phases:
            self.attempt()

    @property
    def failures(self) -> list[dict[str, object]]:
        return [published.json for published in self.publisher.to("invoice-errors")]

    @property
    def outcomes(self) -> list[dict[str, object]]:
        return [published.json for published in self.publisher.to("invoice-outcomes")]


def test_an_invoice_is_created_reported_and_entered_in_the_ledger() -> None:
    desk = Desk()

    desk.finish()

    assert desk.provider.documents.keys() == {INVOICE_ID}
    assert desk.writeback.statuses == {INVOICE_ID: "FINALIZED 1001"}
    assert desk.failures == []
    (entry,) = desk.outcomes
    assert (entry["outcome"], entry["provider_document_id"], entry["total"]) == ("created", "1001", "100.00")
    assert (entry["stage"], entry["failure_id"], entry["received_at"]) == ("creator", None, "2026-03-01T09:30:02.000Z")


def test_a_redelivered_invoice_finds_its_document_and_creates_no_second() -> None:
    desk = Desk()
    desk.finish()
    desk.task = desk.new_task()

    desk.finish()

    assert len(desk.provider.documents) == 1
    assert [entry["provider_document_id"] for entry in desk.outcomes] == ["1001", "1001"]
    assert desk.failures == []


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        pytest.param(Found("7", INVOICE_ID, Decimal("90.00"), "USD"), "total is 90.00", id="another total"),
        pytest.param(Found("7", INVOICE_ID, Decimal("100.00"), "EUR"), "currency is EUR", id="another currency"),
        pytest.param(Found("7", "other", Decimal("100.00"), "USD"), "invoice id is other", id="another id"),
    ],
)
def test_a_document_that_differs_is_a_conflict_and_stays_as_it_is(theirs: Found, said: str) -> None:
    desk = Desk()
    desk.provider.documents[INVOICE_ID] = theirs

    desk.finish()

    assert desk.provider.documents == {INVOICE_ID: theirs}
    (failure,) = desk.failures
    assert failure["code"] == "conflicting-document"
    assert said in str(failure["reason"])


def test_trailing_zeros_are_no_difference() -> None:
    desk = Desk()
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), None)

    desk.finish()

    assert desk.failures == []


def test_a_refusal_that_might_have_been_a_taken_id_is_looked_up_before_it_is_believed() -> None:
    desk = Desk()
    desk.provider.documents["another"] = Found("7")
    desk.provider.fails.append(FakeProvider.taken("The customer is inactive."))

    desk.finish()

    assert desk.provider.calls == ["create", "look"]
    (failure,) = desk.failures
    assert (failure["stage"], failure["code"], failure["reason"]) == (
        "creator",
        "provider-rejected",
        "The customer is inactive.",
    )
    assert failure["provider_response"] == {"status": 400, "body": "This record already exists."}


def test_a_refused_invoice_is_reported_with_its_reason_and_filed_with_what_is_known() -> None:
    desk = Desk()
    desk.provider.fails.append(Rejected("below-minimum", "Too little.", response=ProviderResponse(status=400, body="")))

    desk.finish()

    assert desk.writeback.statuses == {INVOICE_ID: "INVALID_REQUEST_ERROR Too little."}
    (failure,), (entry,) = desk.failures, desk.outcomes
    assert (failure["invoice_id"], failure["destination"], failure["attempts"]) == (INVOICE_ID, "netsuite", 1)
    assert failure["original"]["value"] == serde.to_bytes(desk.document).decode()  # type: ignore[index]
    assert (entry["outcome"], entry["failure_id"], entry["total"]) == ("failed", failure["failure_id"], "100.00")
    assert entry["provider_document_id"] is None


def test_a_destination_that_is_not_set_up_is_refused_without_a_call() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"))

    desk.finish()

    assert desk.provider.calls == []
    assert desk.failures[0]["code"] == "destination-not-configured"
    assert desk.failures[0]["destination"] == "razorpay"
    assert desk.writeback.statuses == {}


def test_a_destination_that_is_nobodys_is_filed_and_told_to_nobody() -> None:
    desk = Desk(formatted_invoice(destination="sap"))

    desk.finish()

    assert (desk.provider.calls, desk.writeback.statuses) == ([], {})
    (failure,), (entry,) = desk.failures, desk.outcomes
    assert (failure["code"], failure["retryable"], failure["destination"]) == (
        "destination-not-configured",
        True,
        "sap",
    )
    assert (entry["outcome"], entry["destination"], entry["total"]) == ("failed", "sap", "100.00")


@pytest.mark.parametrize("error", [UNKNOWN, FAILED], ids=["no answer", "a 5xx after which it may exist"])
def test_after_an_unknown_outcome_the_next_attempt_looks_first_and_finds_it(error: CallFailed) -> None:
    desk = Desk()
    desk.provider.fails_after_storing.append(error)

    assert desk.attempt() is error
    assert desk.attempt() is None

    assert desk.provider.calls == ["create", "look"]
    assert desk.task.created == Found("1001", INVOICE_ID, Decimal("100.00"), "USD")


def test_after_an_unknown_outcome_that_left_nothing_it_is_created() -> None:
    desk = Desk()
    desk.provider.fails.append(UNKNOWN)

    desk.attempt()
    desk.attempt()

    assert desk.provider.calls == ["create", "look", "create"]
    assert desk.task.created == Found("1001")


def test_a_look_that_fails_is_repeated_before_anything_is_created() -> None:
    desk = Desk()
    desk.provider.fails.extend([UNKNOWN, OUTAGE, FAILED])

    for _ in range(4):
        desk.attempt()

    assert desk.provider.calls == ["create", "look", "look", "look", "create"]


def test_a_look_after_a_taken_id_that_fails_is_repeated_too() -> None:
    desk = Desk()
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")
    desk.provider.fails.extend([None, OUTAGE])

    desk.attempt()
    desk.attempt()

    assert desk.provider.calls == ["create", "look", "look"]
    assert desk.task.created is not None


def test_a_sure_outage_or_refused_credentials_leave_nothing_to_look_for() -> None:
    desk = Desk()
    desk.provider.fails.extend([OUTAGE, CredentialsRefused("who?")])

    for _ in range(3):
        desk.attempt()

    assert desk.provider.calls == ["create"] * 3


def test_the_last_look_files_what_is_not_there_without_creating_it() -> None:
    desk = Desk()
    desk.give_up_in(opening=3, now=3)

    error = desk.attempt()

    assert desk.provider.calls == ["look"]
    assert isinstance(error, Rejected)
    assert error.code == "retries-exhausted"
    assert "may exist" not in error.reason


def test_the_last_look_keeps_what_is_there() -> None:
    desk = Desk()
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")
    desk.give_up_in(opening=3, now=3)

    assert desk.attempt() is None
    assert desk.task.created is not None


def test_an_outage_before_the_last_look_makes_it_an_attempt_like_any_other() -> None:
    desk = Desk()
    desk.give_up_in(opening=3, now=4)

    assert desk.attempt() is None
    assert desk.provider.calls == ["look", "create"]


def test_a_holder_of_the_id_that_the_refusal_names_is_read_and_compared() -> None:
    desk = Desk()
    desk.provider.documents["another"] = Found("7", INVOICE_ID, Decimal(100), "USD")
    desk.provider.fails.append(AlreadyExists("Taken.", document_id="7"))

    desk.finish()

    assert desk.provider.calls == ["create", "read 7"]
    assert desk.outcomes[0]["provider_document_id"] == "7"


def test_a_named_holder_that_is_not_there_is_looked_for() -> None:
    desk = Desk()
    desk.provider.fails.append(AlreadyExists("Taken.", document_id="7"))

    desk.finish()

    assert desk.provider.calls == ["create", "read 7", "look"]
    assert desk.failures[0]["code"] == "provider-rejected"


def test_what_the_answer_to_a_create_shows_must_agree() -> None:
    desk = Desk()
    desk.provider.answer = Found("7", total=Decimal("99.00"))

    desk.finish()

    (failure,) = desk.failures
    assert failure["code"] == "conflicting-document"
    assert "total is 99.00" in str(failure["reason"])


AN_HOUR_OLD = FakeClock().now() - timedelta(hours=1)


@pytest.mark.parametrize(
    ("destination", "received_at", "calls"),
    [
        pytest.param("netsuite", AN_HOUR_OLD, ["create"], id="NetSuite knows a taken id for ever"),
        pytest.param("quickbooks_online", FakeClock().now(), ["create"], id="QuickBooks knows a fresh request id"),
        pytest.param(
            "quickbooks_online", AN_HOUR_OLD, ["look", "create"], id="QuickBooks may have forgotten an old one"
        ),
        pytest.param("razorpay", FakeClock().now(), ["look", "create"], id="Razorpay knows none"),
    ],
)
def test_what_the_provider_would_not_recognise_is_looked_up_before_it_is_created(
    destination: str, received_at: datetime, calls: list[str]
) -> None:
    desk = Desk(formatted_invoice(destination=destination, received_at=received_at), set_up=destination)

    desk.finish()

    assert desk.provider.calls == calls


def test_what_a_look_finds_is_not_created_again() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"), set_up="razorpay")
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")

    desk.finish()

    assert desk.provider.calls == ["look"]
    assert desk.outcomes[0]["provider_document_id"] == "7"


def test_a_look_that_fails_before_anything_was_sent_leaves_no_doubt() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"), set_up="razorpay")
    desk.provider.fails.append(FAILED)

    desk.attempt()

    assert not desk.task.maybe_exists


def test_a_mistake_in_a_client_is_a_doubt_after_a_create_and_an_outage_otherwise() -> None:
    desk = Desk()
    desk.provider.fails.extend([KeyError("total"), KeyError("total")])

    errors = [desk.attempt() for _ in range(3)]

    assert desk.provider.calls == ["create", "look", "look", "create"]
    assert [type(error) for error in errors] == [Uncertain, Unavailable, type(None)]


def test_a_status_that_metronome_does_not_take_yet_never_repeats_the_creation() -> None:
    desk = Desk()
    desk.writeback.fails.extend([FAILED, OUTAGE])

    desk.finish()

    assert desk.provider.calls == ["create"]
    assert desk.writeback.statuses == {INVOICE_ID: "FINALIZED 1001"}
    assert desk.failures == []


def test_a_refused_status_is_a_failure_of_the_writeback_and_the_invoice_stays_created() -> None:
    desk = Desk()
    desk.writeback.fails.append(Rejected("writeback-refused", "Unknown invoice."))

    desk.finish()

    (failure,), (entry,) = desk.failures, desk.outcomes
    assert (failure["stage"], failure["code"]) == ("writeback", "writeback-refused")
    assert (entry["outcome"], entry["provider_document_id"]) == ("created", "1001")
    assert (entry["failure_id"], entry["code"]) == (failure["failure_id"], "writeback-refused")


def test_a_refusal_that_metronome_does_not_take_is_still_the_creators_failure() -> None:
    desk = Desk()
    desk.provider.fails.append(Rejected("provider-rejected", "No."))
    desk.writeback.fails.append(Rejected("writeback-refused", "Unknown invoice."))

    desk.finish()

    assert [(failure["stage"], failure["code"]) for failure in desk.failures] == [("creator", "provider-rejected")]


@pytest.mark.parametrize("value", [b"?", b'{"destination": "sap"}'], ids=["unreadable", "nobody's"])
def test_what_every_creator_files_is_one_failure(value: bytes) -> None:
    desk = Desk()
    for taken in (destinations(), ("razorpay",), ("netsuite", "quickbooks_online")):
        desk.task = its_task(value, taken)
        desk.finish()

    assert len(desk.failures) == 3
    assert len({str(failure["failure_id"]) for failure in desk.failures}) == 1


def test_what_the_broker_does_not_acknowledge_is_written_again_and_nothing_else_repeated() -> None:
    desk = Desk()
    desk.attempt()
    desk.attempt()
    desk.publisher.fail(times=1)

    error = desk.attempt()
    desk.finish()

    assert isinstance(error, Unavailable)
    assert error.outage
    assert desk.provider.calls == ["create"]
    assert len(desk.outcomes) == 1


def test_a_record_that_is_none_of_ours_is_filed_with_its_bytes() -> None:
    desk = Desk()
    desk.task = its_task(b"\xff\x00")

    desk.finish()

    (failure,), (entry,) = desk.failures, desk.outcomes
    assert (failure["code"], failure["retryable"]) == ("malformed-record", False)
    assert failure["original"]["value"] == "/wA="  # type: ignore[index]
    assert failure["original"]["encoding"] == "base64"  # type: ignore[index]
    assert (entry["outcome"], entry["invoice_id"]) == ("failed", INVOICE_ID)
    assert desk.provider.calls == []


def test_a_credit_memos_entry_has_metronomes_sign() -> None:
    desk = Desk(formatted_invoice(document_type="credit_memo"))

    desk.finish()

    assert desk.outcomes[0]["total"] == "-100.00"
