"""Report to Metronome which document a person made."""

from collections.abc import Mapping
from typing import Any, Protocol

from invoice_providers.names import metronome_name
from invoice_shared.metronome.statuses import finalized, told_document
from invoice_shared.outcome import Outcome


class TellsMetronome(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer for one invoice."""

    def report_status(self, customer_id: str, status: Mapping[str, Any]) -> None:
        """Report how an invoice ended."""


def tell_finalized(metronome: TellsMetronome, document: Outcome, customer_id: str | None) -> str:
    """Report a document to Metronome unless it has one; return briefly what was reported.

    Raises ``Rejected``, ``CredentialsRefused`` or ``Unavailable``.
    """
    document_id, destination = document.provider_document_id or "", document.destination or ""
    if customer_id is None:
        return "not reported: no topic names the invoice's customer"
    told = told_document(metronome.invoice(customer_id, document.invoice_id))
    if told is not None and not told.is_removed and told.document_id != document_id:
        return f"not reported: it already has document {told.document_id} ({told.status})"
    if told is None or told.is_removed:
        about = {"invoice_id": document.invoice_id, "billing_provider": metronome_name(destination)}
        metronome.report_status(customer_id, about | finalized(document_id, document.issue_date))
    return "reported FINALIZED"
