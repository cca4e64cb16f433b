"""The statuses that we report to Metronome, and the one that it already has. Pure.

An item is Metronome's ``BillingProviderInvoice``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from invoice_shared.types import time_text

MAX_ERROR_TEXT = 1000
# With these, an external id does not mean a document. Every other status is kept.
OVERWRITTEN = ("INVALID_REQUEST_ERROR", "SKIPPED")
# The document is no longer valid.
REMOVED = ("VOID", "DELETED")


@dataclass(frozen=True, slots=True)
class ToldDocument:
    """The document in Metronome's status."""

    document_id: str
    status: str | None

    @property
    def is_removed(self) -> bool:
        """Whether Metronome knows the document as removed."""
        return self.status in REMOVED


def finalized(document_id: str, issue_date: date | None) -> dict[str, Any]:
    """Return the status of an existing document. The sender adds invoice and billing provider."""
    status = {"billing_provider_invoice_id": document_id, "external_status": "FINALIZED"}
    if issue_date is None:
        return status
    return status | {"issued_at": time_text(datetime.combine(issue_date, time(), UTC))}


def refused(reason: str) -> dict[str, Any]:
    """Return the status of an invoice that the provider refused."""
    return {
        "external_status": "INVALID_REQUEST_ERROR",
        "billing_provider_error": reason[:MAX_ERROR_TEXT],
    }


def told_document(answer: Any) -> ToldDocument | None:
    """Return the document in Metronome's answer for an invoice; ``None`` if it has none yet."""
    invoice = answer.get("data") if isinstance(answer, dict) else None
    external = invoice.get("external_invoice") if isinstance(invoice, dict) else None
    if not isinstance(external, dict) or not external.get("invoice_id"):
        return None
    if external.get("external_status") in OVERWRITTEN:
        return None
    return ToldDocument(str(external["invoice_id"]), external.get("external_status"))
