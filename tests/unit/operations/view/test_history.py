from datetime import timedelta

from invoice_operations.view.history import events, summary
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.failure import ProviderResponse
from tests.builders import INVOICE_ID, failure, formatted_invoice, outcome, raw_invoice
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.fakes import SETTINGS

T = outcome().settled_at
CREATED = KnownInvoice(outcome(), [outcome()])
RAW = record_in("raw-invoices", 3, raw_invoice(), INVOICE_ID, at=T - timedelta(minutes=3))
FORMATTED = record_in(
    "formatted-invoices", 5, formatted_invoice(), INVOICE_ID, at=T - timedelta(minutes=2)
)
REFUSED = failure(
    stage="creator",
    code="provider-rejected",
    attempts=2,
    failed_at=T - timedelta(minutes=1),
    reason="Inactive.",
    provider_response=ProviderResponse(status=400, body=""),
)


def test_steps_are_ordered_by_time_whatever_their_topic() -> None:
    steps = events([in_ledger(7, outcome()), in_errors(1, REFUSED), RAW, FORMATTED], SETTINGS)

    assert [step.what for step in steps] == ["received", "formatted", "failed", "outcome: created"]
    assert str(steps[0].place) == "raw-invoices[0]@3"
    assert steps[1].detail == "invoice for netsuite: 100.00 USD, 1 line(s)"
    assert steps[2].detail.startswith(
        "creator, provider-rejected after 2 attempts: Inactive. (answered 400)"
    )
    assert steps[3].detail == "netsuite document 9001"


def test_a_replayed_record_names_its_replay_and_how_often_it_was_replayed() -> None:
    again = record_in(
        "raw-invoices",
        4,
        raw_invoice(source="manual"),
        INVOICE_ID,
        headers=(("replay-id", b"r"), ("replay-count", b"2")),
    )

    (step,) = events([again], SETTINGS)

    assert (step.what, step.detail.endswith("replay r, number 2")) == ("started over", True)


def test_a_foreign_record_is_shown_as_such() -> None:
    (step,) = events([record_in("raw-invoices", 4, b"?", INVOICE_ID)], SETTINGS)

    assert (step.what, "not JSON" in step.detail) == ("unreadable", True)


def test_a_tombstone_in_the_ledger_is_shown_with_its_effect() -> None:
    (step,) = events([record_in("invoice-outcomes", 9, None, INVOICE_ID)], SETTINGS)

    assert (step.what, step.detail) == ("outcome: removed", "a tombstone removed the entry")


def test_the_newest_outcome_is_the_state_of_an_invoice() -> None:
    told = summary(INVOICE_ID, CREATED, [])

    assert (told["state"], told["provider_document_id"]) == ("created", "9001")


def test_an_invoice_is_in_progress_before_its_first_outcome_and_after_a_replay() -> None:
    replayed = record_in("raw-invoices", 9, raw_invoice(), INVOICE_ID, at=T + timedelta(minutes=1))

    assert summary(INVOICE_ID, KnownInvoice(), [RAW])["state"] == "in-progress"
    for known in (
        KnownInvoice(outcome(outcome="failed")),
        KnownInvoice(outcome(failure_id="f"), [outcome()]),
    ):
        assert summary(INVOICE_ID, known, [replayed])["state"] == "in-progress"


def test_an_invoice_that_was_consumed_and_whose_entry_was_removed_is_missing() -> None:
    assert summary(INVOICE_ID, KnownInvoice(), [])["state"] == "missing"


def test_a_repeated_event_leaves_a_created_invoice_created() -> None:
    again = record_in("raw-invoices", 9, raw_invoice(), INVOICE_ID, at=T + timedelta(minutes=1))

    assert summary(INVOICE_ID, CREATED, [again])["state"] == "created"


def test_a_waiting_record_of_a_settled_invoice_changes_nothing() -> None:
    failed = KnownInvoice(outcome(outcome="failed"))

    assert summary(INVOICE_ID, failed, [RAW])["state"] == "failed"
