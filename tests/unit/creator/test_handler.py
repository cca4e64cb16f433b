"""From a record to a document, a status at Metronome and the records in Kafka: phase by phase,
failure by failure.
"""

from collections.abc import Collection
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from invoice_creator.creation import MAX_UNSHOWN
from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES, Scope, task_of
from invoice_creator.scheduling.doubt import PAUSES
from invoice_creator.scheduling.task import Task
from invoice_providers.base import Begun, Found, Pending
from invoice_providers.connection import Connection
from invoice_providers.names import destinations
from invoice_providers.registry import provider_of
from invoice_shared import serde
from invoice_shared.decision import Decision
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
    Unreachable,
)
from invoice_shared.failure import ProviderResponse
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.settings import KafkaSettings
from tests.builders import FINALIZED_AT, INVOICE_ID, formatted_invoice, record
from tests.fakes import FakeClock, FakePublisher, Published
from tests.unit.creator.fakes import TAKEN, FakeProvider, FakeWriteback

UNKNOWN = Uncertain("no answer")
FAILED = Unavailable("500")
OUTAGE = Unreachable("no connection")


def its_task(
    value: bytes, *headers: tuple[str, bytes], taken: Collection[str] = destinations()
) -> Task:
    scope = Scope(taken, destinations())
    task = task_of(
        record(topic="formatted-invoices", value=value, headers=headers), ALL_PHASES, scope
    )
    assert task is not None
    return task


class Desk:
    """A handler between fakes, and the task of one invoice, by default from a first record."""

    def __init__(
        self,
        document: FormattedInvoice | None = None,
        *headers: tuple[str, bytes],
        set_up: str = "netsuite",
        is_repeat: bool = False,
        book: DecisionBook | None = None,
    ) -> None:
        self.provider = FakeProvider()
        self.writeback = FakeWriteback()
        self.publisher = FakePublisher()
        clock = FakeClock()
        metrics = Metrics()
        settlement = Settlement(
            self.publisher, KafkaSettings(), {set_up: "account-1"}, metrics, clock
        )
        connection = Connection(provider_of(set_up), self.provider)
        self.book = book or DecisionBook()
        self.handler = InvoiceHandler(
            {set_up: connection}, self.book, self.writeback, settlement, metrics, clock
        )
        self.document = document or formatted_invoice()
        self.task = self.new_task(*headers, is_repeat=is_repeat)

    def new_task(self, *headers: tuple[str, bytes], is_repeat: bool = True) -> Task:
        task = its_task(serde.to_bytes(self.document), *headers)
        task.is_repeat = is_repeat
        return task

    def attempt(self) -> CallFailed | None:
        """Make an attempt, and update the task as the dispatcher does."""
        self.task.slot = CallSlot(self.task.lane, self.task.lane, opening=0, is_probe=False)
        error = self.handler.attempt(self.task)
        if error is None and not self.task.is_undecided:
            self.task.move_on()
        elif isinstance(error, Rejected):
            self.task.refused(error)
        return error

    def finish(self) -> None:
        """Attempt until nothing is left to do, or the invoice is in doubt."""
        self.attempt()
        while self.task.phases and not self.task.is_undecided:
            self.attempt()

    @property
    def failures(self) -> list[dict[str, object]]:
        return [published.json for published in self.publisher.to("invoice-errors")]

    @property
    def outcomes(self) -> list[dict[str, object]]:
        """Return the invoice's events, without the records of documents."""
        ledger = self.publisher.to("invoice-outcomes")
        return [
            published.json for published in ledger if b"#document:" not in (published.key or b"")
        ]

    @property
    def documents(self) -> dict[str, dict[str, object]]:
        """Return the records of documents by what follows the invoice id in their keys."""
        ledger = [
            (key_of(published), published) for published in self.publisher.to("invoice-outcomes")
        ]
        return {
            key.partition("#document:")[2]: published.json
            for key, published in ledger
            if "#document:" in key
        }


def key_of(published: Published) -> str:
    return (published.key or b"").decode()


def test_an_invoice_is_created_reported_and_entered_in_the_ledger() -> None:
    desk = Desk()

    desk.finish()

    assert desk.provider.documents.keys() == {INVOICE_ID}
    assert desk.writeback.statuses == {INVOICE_ID: "FINALIZED 1001"}
    assert desk.failures == []
    (entry,) = desk.outcomes
    assert (entry["outcome"], entry["provider_document_id"], entry["total"]) == (
        "created",
        "1001",
        "100.00",
    )
    assert (entry["stage"], entry["failure_id"], entry["received_at"]) == (
        "creator",
        None,
        "2026-03-01T09:30:02.000Z",
    )


def test_a_redelivered_invoice_finds_its_document_and_does_not_create_a_second_one() -> None:
    desk = Desk()
    desk.finish()
    desk.task = desk.new_task()

    desk.finish()

    assert desk.provider.calls == ["create", "look"]
    assert len(desk.provider.documents) == 1
    assert [entry["provider_document_id"] for entry in desk.outcomes] == ["1001", "1001"]
    assert desk.failures == []


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        pytest.param(
            Found("7", INVOICE_ID, Decimal("90.00"), "USD"), "total is 90.00", id="another total"
        ),
        pytest.param(
            Found("7", INVOICE_ID, Decimal("100.00"), "EUR"),
            "currency is EUR",
            id="another currency",
        ),
        pytest.param(
            Found("7", "other", Decimal("100.00"), "USD"), "invoice id is other", id="another id"
        ),
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


def test_trailing_zeros_are_not_a_difference() -> None:
    desk = Desk()
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), None)

    desk.finish()

    assert desk.failures == []


def test_a_refusal_that_might_hide_a_taken_id_is_looked_up_before_it_is_believed() -> None:
    desk = Desk()
    desk.provider.documents["another"] = Found("7")
    desk.provider.fails.append(
        Rejected("provider-rejected", "The customer is inactive.", response=TAKEN)
    )

    desk.finish()

    assert desk.provider.calls == ["create", "look"]
    (failure,) = desk.failures
    assert (failure["stage"], failure["code"], failure["reason"]) == (
        "creator",
        "provider-rejected",
        "The customer is inactive.",
    )
    assert failure["provider_response"] == {"status": 400, "body": "This record already exists."}


def test_a_refused_invoice_is_reported_with_its_reason_and_filed_with_all_known_facts() -> None:
    desk = Desk()
    desk.provider.fails.append(
        Rejected("below-minimum", "Too little.", response=ProviderResponse(status=400, body=""))
    )

    desk.finish()

    assert desk.writeback.statuses == {INVOICE_ID: "INVALID_REQUEST_ERROR Too little."}
    (failure,) = desk.failures
    (entry,) = desk.outcomes
    assert (failure["invoice_id"], failure["destination"], failure["attempts"]) == (
        INVOICE_ID,
        "netsuite",
        1,
    )
    assert failure["original"]["value"] == serde.to_bytes(desk.document).decode()  # type: ignore[index]
    assert (entry["outcome"], entry["failure_id"], entry["total"]) == (
        "failed",
        failure["failure_id"],
        "100.00",
    )
    assert entry["provider_document_id"] is None


def test_a_destination_that_is_not_set_up_is_refused_without_a_call() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"))

    desk.finish()

    assert desk.provider.calls == []
    assert desk.failures[0]["code"] == "destination-not-configured"
    assert desk.failures[0]["destination"] == "razorpay"
    assert desk.writeback.statuses == {}


def test_an_unknown_destination_is_filed_and_not_reported_to_metronome() -> None:
    desk = Desk(formatted_invoice(destination="sap"))

    desk.finish()

    assert (desk.provider.calls, desk.writeback.statuses) == ([], {})
    (failure,) = desk.failures
    (entry,) = desk.outcomes
    assert (failure["code"], failure["retryable"], failure["destination"]) == (
        "destination-not-configured",
        True,
        "sap",
    )
    assert (entry["outcome"], entry["destination"], entry["total"]) == ("failed", "sap", "100.00")


@pytest.mark.parametrize(
    "error", [UNKNOWN, FAILED], ids=["no answer", "a 5xx after which it may exist"]
)
def test_after_an_unknown_outcome_the_next_attempt_looks_first_and_finds_it(
    error: CallFailed,
) -> None:
    desk = Desk()
    desk.provider.fails_after_storing.append(error)

    assert desk.attempt() is error
    assert desk.attempt() is None

    assert desk.provider.calls == ["create", "look"]
    assert desk.task.created == Found("1001", INVOICE_ID, Decimal("100.00"), "USD")


def test_after_an_unknown_outcome_without_a_document_it_is_created() -> None:
    desk = Desk()
    desk.provider.fails.append(UNKNOWN)

    desk.attempt()
    desk.attempt()

    assert desk.provider.calls == ["create", "look", "create"]
    assert desk.task.created == Found("1001", total=Decimal("100.00"))


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


def test_a_holder_of_the_id_that_the_refusal_names_is_read_and_compared() -> None:
    desk = Desk()
    desk.provider.documents["another"] = Found("7", INVOICE_ID, Decimal(100), "USD")
    desk.provider.fails.append(AlreadyExists("Taken.", document_id="7"))

    desk.finish()

    assert desk.provider.calls == ["create", "read 7"]
    assert desk.outcomes[0]["provider_document_id"] == "7"


def test_a_named_holder_that_is_missing_is_looked_for_and_leaves_a_doubt() -> None:
    desk = Desk()
    desk.provider.fails.append(AlreadyExists("Taken.", document_id="7"))

    desk.finish()

    assert desk.provider.calls == ["create", "read 7", "look"]
    assert desk.task.is_undecided
    assert desk.failures == []


def test_the_answer_to_a_create_must_match_the_invoice() -> None:
    desk = Desk()
    desk.provider.answer = Found("7", total=Decimal("99.00"))

    desk.finish()

    (failure,) = desk.failures
    assert failure["code"] == "conflicting-document"
    assert "total is 99.00" in str(failure["reason"])
    assert desk.writeback.statuses == {}


@pytest.mark.parametrize("destination", destinations())
@pytest.mark.parametrize(
    ("is_repeat", "calls"),
    [
        pytest.param(False, ["create"], id="a first record is sent at once"),
        pytest.param(True, ["look", "create"], id="a repeat is looked up before it is sent"),
    ],
)
def test_the_order_is_the_same_at_every_provider(
    destination: str, is_repeat: bool, calls: list[str]
) -> None:
    desk = Desk(formatted_invoice(destination=destination), set_up=destination, is_repeat=is_repeat)

    desk.attempt()

    assert desk.provider.calls[: len(calls)] == calls


def test_a_document_that_a_look_finds_is_not_created_again() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"), set_up="razorpay", is_repeat=True)
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")

    desk.finish()

    assert desk.provider.calls == ["look"]
    assert desk.outcomes[0]["provider_document_id"] == "7"


def test_a_look_that_fails_before_anything_was_sent_leaves_no_doubt() -> None:
    desk = Desk(formatted_invoice(destination="razorpay"), set_up="razorpay", is_repeat=True)
    desk.provider.fails.append(FAILED)

    desk.attempt()

    assert desk.task.doubt is None
    assert desk.task.is_looking


def test_a_bug_in_a_client_is_a_doubt_after_a_create_and_an_outage_otherwise() -> None:
    desk = Desk()
    desk.provider.fails.extend([KeyError("total"), KeyError("total")])

    errors = [desk.attempt() for _ in range(3)]

    assert desk.provider.calls == ["create", "look", "look", "create"]
    assert [type(error) for error in errors] == [Uncertain, Unavailable, type(None)]


def test_a_status_that_metronome_does_not_accept_yet_never_repeats_the_creation() -> None:
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

    (failure,) = desk.failures
    (entry,) = desk.outcomes
    assert (failure["stage"], failure["code"]) == ("writeback", "writeback-refused")
    assert (entry["outcome"], entry["provider_document_id"]) == ("created", "1001")
    assert (entry["failure_id"], entry["code"]) == (failure["failure_id"], "writeback-refused")


def test_a_refusal_that_metronome_does_not_accept_is_still_the_creators_failure() -> None:
    desk = Desk()
    desk.provider.fails.append(Rejected("provider-rejected", "No."))
    desk.writeback.fails.append(Rejected("writeback-refused", "Unknown invoice."))

    desk.finish()

    assert [(failure["stage"], failure["code"]) for failure in desk.failures] == [
        ("creator", "provider-rejected")
    ]


@pytest.mark.parametrize("value", [b"?", b'{"destination": "sap"}'], ids=["unreadable", "nobody's"])
def test_a_record_that_every_creator_files_is_one_failure(value: bytes) -> None:
    desk = Desk()
    for taken in (destinations(), ("razorpay",), ("netsuite", "quickbooks_online")):
        desk.task = its_task(value, taken=taken)
        desk.finish()

    assert len(desk.failures) == 3
    assert len({str(failure["failure_id"]) for failure in desk.failures}) == 1


def test_a_record_without_acknowledgement_is_written_again_and_nothing_else_is_repeated() -> None:
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


def test_a_record_that_is_not_ours_is_filed_with_its_bytes() -> None:
    desk = Desk()
    desk.task = its_task(b"\xff\x00")

    desk.finish()

    (failure,) = desk.failures
    (entry,) = desk.outcomes
    assert (failure["code"], failure["retryable"]) == ("malformed-record", False)
    assert failure["original"]["value"] == "/wA="  # type: ignore[index]
    assert failure["original"]["encoding"] == "base64"  # type: ignore[index]
    assert (entry["outcome"], entry["invoice_id"]) == ("failed", INVOICE_ID)
    assert desk.provider.calls == []


def test_a_credit_memos_entry_has_metronomes_sign() -> None:
    desk = Desk(formatted_invoice(document_type="credit_memo"))

    desk.finish()

    assert desk.outcomes[0]["total"] == "-100.00"


def decision(kind: str, **facts: object) -> Decision:
    known = {
        "decision_id": "d-1",
        "subject": INVOICE_ID,
        "by": "ada",
        "at": FINALIZED_AT,
        "via": "cli",
    }
    return Decision.model_validate(known | {"kind": kind} | facts)


def test_an_invoice_that_was_resolved_by_hand_is_skipped_without_a_report_to_metronome() -> None:
    desk = Desk(is_repeat=True)
    desk.book.note(decision("resolve", why="billed by letter"))

    desk.finish()

    assert (desk.provider.calls, desk.writeback.statuses, desk.failures) == ([], {}, [])
    (entry,) = desk.outcomes
    assert (entry["outcome"], entry["code"]) == ("skipped", "resolved-by-hand")
    assert entry["reason"] == "Resolved by ada: billed by letter"


def test_the_log_names_a_skips_code_and_reason_as_the_ledger_does() -> None:
    desk = Desk(is_repeat=True)
    desk.book.note(decision("resolve", why="billed by letter"))

    with capture_logs() as lines:
        desk.finish()

    (line,) = [line for line in lines if line["event"] == "invoice skipped"]
    assert (line["code"], line["reason"]) == (
        "resolved-by-hand",
        "Resolved by ada: billed by letter",
    )


def test_a_replay_that_includes_resolved_invoices_sends_it() -> None:
    desk = Desk(None, ("replay-include-resolved", b"1"), is_repeat=True)
    desk.book.note(decision("resolve", why="billed by letter"))

    desk.finish()

    assert desk.provider.calls == ["look", "create"]


def test_a_resolution_stops_every_send_including_retries() -> None:
    desk = Desk()
    desk.provider.fails.append(OUTAGE)
    desk.attempt()
    desk.book.note(decision("resolve", why="billed by letter"))

    desk.finish()

    assert desk.provider.calls == ["create"]
    assert desk.outcomes[0]["code"] == "resolved-by-hand"


def test_a_resolution_does_not_end_a_doubt_but_nothing_is_sent_again() -> None:
    desk = Desk()
    desk.provider.fails.append(UNKNOWN)
    desk.attempt()
    desk.book.note(decision("resolve", why="billed by letter"))

    desk.finish()

    assert desk.provider.calls == ["create", "look"]
    assert desk.task.is_undecided


def shadow() -> DecisionBook:
    return DecisionBook({"*": Decimal(0)})


def test_a_held_invoice_is_filed_and_not_reported_to_metronome() -> None:
    desk = Desk(book=shadow())

    desk.finish()

    assert (desk.provider.calls, desk.writeback.statuses) == ([], {})
    (failure,) = desk.failures
    assert (failure["code"], failure["retryable"]) == ("held-for-approval", True)


def test_an_approved_invoice_is_sent() -> None:
    desk = Desk(book=shadow(), is_repeat=True)
    approved = {
        "total": "100.00",
        "currency": "USD",
        "destination": "netsuite",
        "external_customer_id": "1042",
    }
    desk.book.note(decision("approve", **approved))

    desk.finish()

    assert desk.provider.calls == ["look", "create"]
    assert desk.failures == []


def test_an_invoice_that_is_already_created_needs_no_approval() -> None:
    desk = Desk(book=shadow(), is_repeat=True)
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")

    desk.finish()

    assert [entry["outcome"] for entry in desk.outcomes] == ["created"]


GONE = Found("7", INVOICE_ID, Decimal(100), "USD", state="void")


def test_a_removed_document_is_neither_created_again_nor_reported_to_metronome() -> None:
    desk = Desk(is_repeat=True)
    desk.provider.documents[INVOICE_ID] = GONE

    desk.finish()

    assert (desk.provider.calls, desk.writeback.statuses) == (["look"], {})
    assert desk.failures[0]["code"] == "conflicting-document"
    assert desk.documents["netsuite:7"]["stands"] is False
    assert desk.outcomes[0]["outcome"] == "failed"


def test_a_forced_replay_creates_it_again_if_the_provider_allows_it() -> None:
    desk = Desk(None, ("replay-force", b"1"), is_repeat=True)
    desk.provider.removed.append(GONE)

    desk.finish()

    assert desk.provider.calls == ["look", "create"]
    assert {id_: entry["stands"] for id_, entry in desk.documents.items()} == {
        "netsuite:1001": True,
        "netsuite:7": False,
    }


def test_quickbooks_repeated_answer_about_a_deleted_document_does_not_count() -> None:
    desk = Desk(
        formatted_invoice(destination="quickbooks_online"),
        set_up="quickbooks_online",
        is_repeat=True,
    )
    desk.provider.answer = Found("7", INVOICE_ID, Decimal(100), "USD", state="open")

    desk.finish()

    assert desk.provider.calls == ["look", "create", "read 7"]
    (failure,) = desk.failures
    assert failure["code"] == "conflicting-document"
    assert "was deleted" in str(failure["reason"])
    assert desk.writeback.statuses == {}
    assert desk.documents["quickbooks_online:7"]["stands"] is False


def test_a_first_records_answer_is_believed_without_a_read() -> None:
    desk = Desk(formatted_invoice(destination="quickbooks_online"), set_up="quickbooks_online")

    desk.finish()

    assert desk.provider.calls == ["create"]


def test_a_replays_generation_goes_into_the_request() -> None:
    desk = Desk(None, ("request-generation", b"replay-7"), is_repeat=True)

    desk.finish()

    assert desk.provider.generations == ["replay-7"]


@pytest.mark.parametrize("is_repeat", [False, True])
def test_the_write_back_knows_whether_it_is_a_repeat(is_repeat: bool) -> None:
    desk = Desk(is_repeat=is_repeat)

    desk.finish()

    assert desk.writeback.repeats == [is_repeat]


def test_a_refusal_of_a_repeated_request_does_not_end_a_doubt() -> None:
    desk = Desk()
    refused = Rejected("provider-rejected", "No.", response=TAKEN)
    desk.provider.fails.extend([UNKNOWN, None, refused])
    desk.attempt()

    assert desk.attempt() is None

    assert desk.provider.calls == ["create", "look", "create"]
    assert desk.task.is_undecided
    assert desk.task.doubt is not None
    assert desk.task.doubt.cause is refused


def test_an_invoice_sent_after_a_failed_look_counts_as_sent() -> None:
    desk = Desk()
    desk.provider.fails.extend(
        [Rejected("provider-rejected", "No.", response=TAKEN), FAILED, OUTAGE]
    )
    desk.attempt()
    assert desk.task.is_looking

    desk.attempt()

    assert desk.provider.calls == ["create", "look", "create"]
    assert not desk.task.is_looking


def in_doubt(destination: str) -> Desk:
    """Return the desk of an invoice that was sent without an answer, and looked for in vain until
    the last look but one.
    """
    desk = Desk(formatted_invoice(destination=destination), set_up=destination)
    desk.provider.fails.append(UNKNOWN)
    desk.attempt()
    desk.provider.calls.clear()
    assert desk.task.doubt is not None
    desk.task.doubt.looks = len(PAUSES) - 1
    return desk


def test_after_the_last_look_it_is_not_sent_again_to_a_provider_that_recognises_repeats() -> None:
    desk = in_doubt("netsuite")

    assert desk.attempt() is None

    assert desk.provider.calls == ["look"]
    assert desk.task.is_undecided


def test_after_the_last_look_it_is_sent_once_more_to_any_other_provider() -> None:
    desk = in_doubt("razorpay")

    desk.attempt()

    assert desk.provider.calls == ["look", "create"]
    assert desk.task.created == Found("1001", total=Decimal("100.00"))


def test_before_the_last_look_it_is_not_sent_again_to_any_other_provider() -> None:
    desk = in_doubt("razorpay")
    assert desk.task.doubt is not None
    desk.task.doubt.looks = 0

    desk.attempt()

    assert desk.provider.calls == ["look"]


def test_an_invoice_sent_once_more_in_vain_is_only_looked_for_from_then_on() -> None:
    desk = in_doubt("razorpay")
    desk.provider.fails.extend([None, UNKNOWN])
    desk.attempt()
    assert desk.task.doubt is not None
    assert not desk.task.doubt.is_over

    for _ in PAUSES:
        desk.attempt()

    assert desk.provider.calls == ["look", "create"] + ["look"] * len(PAUSES)
    assert desk.task.doubt.is_over


def test_each_document_has_a_record_of_its_own_before_the_invoices_newest_event() -> None:
    desk = Desk()

    desk.finish()

    keys = [key_of(published) for published in desk.publisher.to("invoice-outcomes")]
    assert keys == [f"{INVOICE_ID}#document:netsuite:1001", INVOICE_ID]
    document = desk.documents["netsuite:1001"]
    assert (document["account"], document["stands"]) == ("account-1", True)
    assert document["document_created_at"] == "2026-03-01T12:00:00.000Z"


def test_a_document_that_was_only_found_has_no_time_of_creation() -> None:
    desk = Desk(is_repeat=True)
    desk.provider.documents[INVOICE_ID] = Found("7", INVOICE_ID, Decimal(100), "USD")

    desk.finish()

    assert desk.documents["netsuite:7"]["document_created_at"] is None


def test_a_document_that_was_created_with_another_total_stays_known() -> None:
    desk = Desk()
    desk.provider.answer = Found("7", total=Decimal("99.00"))

    desk.finish()

    assert desk.outcomes[0]["outcome"] == "failed"
    assert (desk.documents["netsuite:7"]["stands"], desk.documents["netsuite:7"]["total"]) == (
        True,
        "99.00",
    )


MADE = Begun("inv_1", 0.0, is_made=True)
PENDING = Pending("looked up once more", MADE)


def pending_desk(*fails: CallFailed) -> Desk:
    """Return the desk of an invoice whose create is to be continued; ``fails`` are the errors of
    the next calls.
    """
    desk = Desk(formatted_invoice(destination="razorpay"), set_up="razorpay")
    desk.provider.fails.append(PENDING)
    desk.attempt()
    desk.provider.fails.extend(fails)
    return desk


def test_a_pending_create_continues_where_it_stopped() -> None:
    desk = pending_desk()
    assert desk.task.is_undecided

    desk.finish()

    assert desk.provider.calls == ["create", "look", "create"]
    assert desk.provider.begun == [None, MADE]
    assert desk.outcomes[0]["outcome"] == "created"


def test_a_pending_create_is_never_given_up() -> None:
    desk = pending_desk()

    for _ in range(2 * len(PAUSES)):
        desk.provider.fails.extend([None, PENDING])
        assert desk.attempt() is None

    assert desk.task.doubt is not None
    assert not desk.task.doubt.is_over


def test_a_call_lost_half_way_is_a_doubt_and_repeated_at_each_look_but_the_last() -> None:
    desk = pending_desk()
    for _ in PAUSES:
        desk.provider.fails.extend([None, Pending("no answer", MADE, cause=UNKNOWN)])
        desk.attempt()

    assert desk.task.doubt is not None
    assert desk.task.doubt.cause is UNKNOWN
    desk.provider.fails.clear()
    desk.provider.calls.clear()
    desk.attempt()
    assert desk.task.doubt.is_over
    assert desk.provider.calls == ["look"]


def test_an_outage_half_way_leaves_the_create_pending() -> None:
    desk = pending_desk(Pending("503", MADE, cause=OUTAGE))
    desk.provider.fails.appendleft(None)

    assert desk.attempt() is OUTAGE

    assert desk.task.doubt is not None
    assert desk.task.doubt.is_pending
    assert desk.task.doubt.begun == MADE


def test_a_refusal_half_way_is_a_refusal_and_reported() -> None:
    desk = pending_desk()
    desk.provider.fails.extend([None, Rejected("provider-rejected", "too much", response=TAKEN)])

    desk.finish()

    assert desk.provider.calls[-1] == "look"
    assert desk.writeback.statuses == {INVOICE_ID: "INVALID_REQUEST_ERROR too much"}
    assert not desk.task.may_exist


def test_a_repeat_says_that_another_attempt_may_have_begun() -> None:
    desk = Desk(is_repeat=True)

    desk.finish()

    assert desk.provider.begun == [Begun()]


def test_a_lost_call_stays_in_doubt_even_if_the_create_is_pending_later() -> None:
    desk = pending_desk()
    desk.provider.fails.extend([None, Pending("no answer", MADE, cause=UNKNOWN), None, PENDING])

    desk.attempt()
    desk.attempt()

    assert desk.task.doubt is not None
    assert desk.task.doubt.cause is UNKNOWN


def test_a_resolution_ends_a_create_that_is_only_pending() -> None:
    desk = pending_desk()
    desk.book.note(decision("resolve", why="billed by letter"))

    desk.finish()

    assert desk.provider.calls == ["create"]
    assert desk.outcomes[0]["code"] == "resolved-by-hand"


UNSHOWN = Found("1001")


def test_a_document_whose_total_the_answer_does_not_show_is_read_back() -> None:
    desk = Desk()
    desk.provider.answer = UNSHOWN

    desk.finish()

    assert desk.provider.calls == ["create", "read 1001"]
    assert desk.writeback.statuses == {INVOICE_ID: "FINALIZED 1001"}
    assert list(desk.documents) == ["netsuite:1001"]


def test_a_total_other_than_the_invoices_is_a_conflict_and_the_document_is_known() -> None:
    desk = Desk()
    desk.provider.answer = UNSHOWN
    desk.attempt()
    desk.provider.documents[INVOICE_ID] = Found("1001", INVOICE_ID, Decimal("115.00"))

    desk.finish()

    (failure,) = desk.failures
    assert failure["code"] == "conflicting-document"
    assert "its total is 115.00 instead of 100.00" in str(failure["reason"])
    assert desk.writeback.statuses == {}
    assert desk.documents["netsuite:1001"]["total"] == "115.00"


def test_a_read_back_that_fails_is_made_again_and_creates_nothing() -> None:
    desk = Desk()
    desk.provider.answer = UNSHOWN
    desk.attempt()
    desk.provider.fails.append(FAILED)

    assert desk.attempt() == FAILED
    assert desk.task.created == UNSHOWN
    desk.finish()

    assert desk.provider.calls == ["create", "read 1001", "read 1001"]
    assert desk.failures == []


def test_a_document_that_is_not_shown_yet_is_read_again() -> None:
    desk = Desk()
    desk.provider.answer = UNSHOWN
    desk.attempt()
    desk.provider.documents.clear()

    assert isinstance(desk.attempt(), Unavailable)
    assert desk.task.phase == "read-back"


def test_a_document_removed_before_its_read_back_stays_known_and_holds_nothing_back() -> None:
    desk = Desk()
    desk.provider.answer = UNSHOWN
    desk.attempt()
    desk.provider.documents.clear()

    for _ in range(MAX_UNSHOWN):
        assert isinstance(desk.attempt(), Unavailable)
    desk.finish()

    assert desk.failures == []
    assert desk.writeback.statuses != {}
    assert list(desk.documents) == ["netsuite:1001"]
