import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.ledger_key import MARK, DocumentId, LedgerKey

TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
INVOICE_IDS = TEXT.filter(lambda text: MARK not in text)
DESTINATIONS = TEXT.filter(lambda text: ":" not in text)


def test_the_key_of_the_newest_event_is_the_invoice_id() -> None:
    assert LedgerKey("i-1").encode() == b"i-1"


def test_a_document_has_a_key_of_its_own() -> None:
    assert (
        LedgerKey("i-1", DocumentId("netsuite", "9001")).encode() == b"i-1#document:netsuite:9001"
    )


@given(INVOICE_IDS, st.none() | st.builds(DocumentId, DESTINATIONS, TEXT))
def test_a_key_can_be_read_back(invoice_id: str, document: DocumentId | None) -> None:
    key = LedgerKey(invoice_id, document)

    assert LedgerKey.decode(key.encode()) == key


@pytest.mark.parametrize(
    "key", ["#document:netsuite:1", "i-1#document:", "i-1#document:netsuite:", "i-1#document::1"]
)
def test_a_key_without_a_document_is_that_of_an_invoice(key: str) -> None:
    assert LedgerKey.decode(key.encode()) == LedgerKey(key)


def test_any_bytes_can_be_read_as_a_key() -> None:
    assert LedgerKey.decode(b"\xff").document is None
