"""Keys of the ledger: one per invoice for its newest event, and one per document.

Pure.
"""

from dataclasses import dataclass
from typing import Self

MARK = "#document:"


@dataclass(frozen=True, slots=True)
class DocumentId:
    """A document's destination and its id at that provider."""

    destination: str
    document_id: str


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """The key of the invoice's newest event, or of one ``document`` of the invoice."""

    invoice_id: str
    document: DocumentId | None = None

    def encode(self) -> bytes:
        """Return ``{invoice id}`` or ``{invoice id}#document:{destination}:{document id}``."""
        if self.document is None:
            return self.invoice_id.encode()
        document = f"{self.document.destination}:{self.document.document_id}"
        return f"{self.invoice_id}{MARK}{document}".encode()

    @classmethod
    def decode(cls, key: bytes) -> Self:
        """Return what ``encode`` was given.

        Bytes that are not UTF-8 or name no document are an invoice's own key.
        """
        text = key.decode("utf-8", "replace")
        invoice_id, _mark, document = text.partition(MARK)
        destination, _colon, document_id = document.partition(":")
        if not (invoice_id and destination and document_id):
            return cls(text)
        return cls(invoice_id, DocumentId(destination, document_id))
