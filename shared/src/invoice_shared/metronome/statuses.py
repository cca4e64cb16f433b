"""What Metronome is told of an invoice, and what it knows of its document already. Pure.

The item is Metronome's ``BillingProviderInvoice``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from invoice_shared.types import time_text

MAX_ERROR_TEXT = 1000
# Beside an external id, these say that nothing is billed by it; every other status is kept.
OVERWRITTEN = ("INVALID_REQUEST_ERROR", "SKIPPED")
# They say that a document does not stand any more.
REMOVED = ("VOID", "DELETED")


@dataclass(frozen=True, slots=True)
class ToldDocument:
    """The document that Metronome's status speaks of."""

    document_id: str
    status: str | None

    @property
    def is_removed(self) -> bool:
        """Whether it does not stand any more, as Metronome knows it."""
        return self.status in REMOVED


def finalized(document_id: str, issue_date: date | None) -> dict[str, Any]:
    """Return the status of a document that exists; whoever sends it adds invoice and billing
    provider.
    """
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
    """Return the document that Metronome knows, from its answer for one invoice; ``None`` = it may
    be told.
    """
    invoice = answer.get("data") if isinstance(answer, dict) else None
    external = invoice.get("external_invoice") if isinstance(invoice, dict) else None
    if not isinstance(external, dict) or not external.get("invoice_id"):
        return None
    if external.get("external_status") in OVERWRITTEN:
        return None
    return ToldDocument(str(external["invoice_id"]), external.get("external_status"))
