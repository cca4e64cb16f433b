from datetime import date

import pytest

from invoice_shared.ledger_key import DocumentId, LedgerKey
from invoice_shared.outcome import Outcome
from invoice_shared.serde import dumps, from_bytes, loads, to_bytes
from tests.builders import INVOICE_ID, outcome

SENTENCE = "Metronome already has its document INV-77 at the billing provider."


def older(**fields: str | None) -> Outcome:
    """Read an entry as the first version wrote it."""
    tree = {
        "schema_version": 1,
        "invoice_id": "i-1",
        "settled_at": "2026-03-01T09:30:06Z",
        "detail": None,
    }
    return from_bytes(Outcome, dumps(tree | fields))


def test_an_older_skip_has_its_sentence_as_the_reason() -> None:
    skip = older(outcome="skipped", code="already-synced", reason="already-synced", detail=SENTENCE)

    assert (skip.code, skip.reason) == ("already-synced", SENTENCE)


def test_an_older_failure_keeps_its_sentence() -> None:
    assert older(outcome="failed", code="unusable-event", reason="No ids.").reason == "No ids."


def test_the_sentence_of_a_skip_is_written_only_as_the_reason() -> None:
    written = loads(
        to_bytes(outcome(outcome="skipped", code="zero-total", reason="Its total is zero."))
    )

    assert written["reason"] == "Its total is zero."
    assert "detail" not in written


def test_a_written_outcome_can_be_read_back() -> None:
    entry = outcome(
        account="1234567_SB1", external_customer_id="1042", issue_date=date(2026, 3, 1), stands=True
    )

    assert from_bytes(Outcome, to_bytes(entry)) == entry
    assert loads(to_bytes(entry))["issue_date"] == "2026-03-01"


def test_a_created_entry_names_its_document_even_in_an_older_ledger() -> None:
    created = older(outcome="created", destination="netsuite", provider_document_id="9001")

    assert created.document_key == LedgerKey("i-1", DocumentId("netsuite", "9001"))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(outcome(outcome="failed"), id="a failure"),
        pytest.param(outcome(outcome="skipped", code="already-synced"), id="a foreign document"),
        pytest.param(outcome(provider_document_id=None), id="no document id"),
        pytest.param(outcome(destination=None), id="no destination"),
    ],
)
def test_any_other_entry_names_no_document(entry: Outcome) -> None:
    assert entry.invoice_id == INVOICE_ID
    assert entry.document_key is None
