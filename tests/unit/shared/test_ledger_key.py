import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.ledger_key import MARK, DocumentId, LedgerKey

TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
INVOICE_IDS = TEXT.filter(lambda text: MARK not in text)
DESTINATIONS = TEXT.filter(lambda text: ":" not in text)


def test_the_newest_event_lies_under_the_invoice_id() -> None:
    assert LedgerKey("i-1").encode() == b"i-1"


def test_a_document_has_a_key_of_its_own() -> None:
    assert (
        LedgerKey("i-1", DocumentId("netsuite", "9001")).encode() == b"i-1#document:netsuite:9001"
    )


@given(INVOICE_IDS, st.none() | st.builds(DocumentId, DESTINATIONS, TEXT))
def test_a_key_is_read_back_as_it_was_written(invoice_id: str, document: DocumentId | None) -> None:
    key = LedgerKey(invoice_id, document)

    assert LedgerKey.decode(key.encode()) == key


@pytest.mark.parametrize(
    "key", ["#document:netsuite:1", "i-1#document:", "i-1#document:netsuite:", "i-1#document::1"]
)
def test_a_key_that_names_no_document_is_an_invoices(key: str) -> None:
    assert LedgerKey.decode(key.encode()) == LedgerKey(key)


def test_a_key_of_any_bytes_can_be_read() -> None:
    assert LedgerKey.decode(b"\xff").document is None
