"""The names of an invoice at QuickBooks: as much of its id as fits, and all of it in the private
note.
"""

import pytest

from invoice_providers.quickbooks_online.documents import (
    MAX_PRIVATE_NOTE,
    MAX_REQUEST_ID,
    document_number,
    entity_of,
    id_in_note,
    private_note,
    request_id,
)
from tests.builders import INVOICE_ID, formatted_invoice


@pytest.mark.parametrize(
    ("invoice_id", "number"),
    [
        pytest.param(INVOICE_ID, "5b8d9c3e3b1f4c529a5e0", id="21 digits of a UUID"),
        pytest.param("inv-7", "inv7", id="a short id"),
        pytest.param("a'; drop", "adrop", id="no character that ends a quoted text"),
    ],
)
def test_an_invoice_id_becomes_a_document_number(invoice_id: str, number: str) -> None:
    assert document_number(formatted_invoice(invoice_id=invoice_id)) == number


def test_the_private_note_begins_with_the_whole_id_and_is_cut_visibly_at_its_end() -> None:
    note = private_note(formatted_invoice(), "PO 7 " * 1000)

    assert note.startswith(f"Metronome invoice {INVOICE_ID}\nPO 7")
    assert (len(note), note[-1]) == (MAX_PRIVATE_NOTE, "…")


@pytest.mark.parametrize(
    ("note", "is_ours"),
    [
        pytest.param(f"Metronome invoice {INVOICE_ID}", True, id="ours"),
        pytest.param(
            f"checked by Ann; Metronome invoice {INVOICE_ID}",
            True,
            id="ours, with an accountant's words",
        ),
        pytest.param(
            "Metronome invoice 0b0a59c1-1111-4c52-9a5e-0f6c1d2e3a4b", False, id="another's"
        ),
        pytest.param("", False, id="empty"),
        pytest.param(None, False, id="none"),
    ],
)
def test_the_id_is_read_from_a_private_note(note: str | None, is_ours: bool) -> None:
    assert (id_in_note(note, INVOICE_ID) == INVOICE_ID) is is_ours


def test_the_request_id_depends_on_invoice_and_generation_and_fits() -> None:
    made = [request_id(INVOICE_ID, ""), request_id(INVOICE_ID, "replay-1"), request_id("other", "")]

    assert request_id(INVOICE_ID, "") == made[0]
    assert len(set(made)) == 3
    assert {len(each) for each in made} == {MAX_REQUEST_ID}


def test_a_credit_memo_is_an_entity_of_its_own() -> None:
    assert entity_of("invoice") == "Invoice"
    assert entity_of("credit_memo") == "CreditMemo"
