"""Telling Metronome how an invoice ended at the provider: which status goes with which end.

The item is Metronome's ``BillingProviderInvoice``; how it is sent is ``invoice_shared.metronome``'s.
"""

from datetime import UTC, datetime, time
from typing import Any, Protocol

from invoice_providers.base import Found
from invoice_providers.registry import provider_of
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.types import time_text

log = get_logger(__name__)

MAX_ERROR_TEXT = 1000
# Beside an external id, these say that nothing is billed by it; every other status is kept.
OVERWRITTEN = ("INVALID_REQUEST_ERROR", "SKIPPED")
# They say that a document does not stand any more.
REMOVED = ("VOID", "DELETED")


class Writeback(Protocol):
    """Raises ``Rejected("writeback-refused")``, ``Unavailable`` or ``CredentialsRefused``. Repeatable.

    There is no step back: what Metronome knows of a document is not overwritten by a repeat or by a refusal.
    """

    def report_created(
        self, document: FormattedInvoice, created: Found, *, is_repeat: bool, is_forced: bool = False
    ) -> None:
        """Report that the document exists, and under which id; Metronome is asked first for a repeat.

        ``is_forced``: a person had it created in the place of one that was removed, so the id of
        that one is overwritten.
        """

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Report that no document was created, and why, unless Metronome knows one."""


class MetronomeWriteback:
    """Thread-safe; each call is tried once."""

    def __init__(self, metronome: MetronomeClient) -> None:
        self._metronome = metronome

    def report_created(
        self, document: FormattedInvoice, created: Found, *, is_repeat: bool, is_forced: bool = False
    ) -> None:
        """See ``Writeback``."""
        status = {
            "billing_provider_invoice_id": created.document_id,
            "external_status": "FINALIZED",
            "issued_at": time_text(datetime.combine(document.issue_date, time(), UTC)),
        }
        if not is_repeat or self._knows_none(document, instead=created if is_forced else None):
            self._report(document, status)

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """See ``Writeback``."""
        status = {
            "external_status": "INVALID_REQUEST_ERROR",
            "billing_provider_error": reason[:MAX_ERROR_TEXT],
        }
        if self._knows_none(document):
            self._report(document, status)

    def _report(self, document: FormattedInvoice, status: dict[str, Any]) -> None:
        about = {
            "invoice_id": document.invoice_id,
            "billing_provider": provider_of(document.destination).metronome_name,
        }
        self._metronome.report_status(document.metronome_customer_id, about | status)

    def _knows_none(self, document: FormattedInvoice, *, instead: Found | None = None) -> bool:
        """Whether Metronome knows no document of the invoice that its status would speak of.

        One that ``instead`` stands in the place of does not count.
        """
        external = self._external_invoice(document)
        known, status = external.get("invoice_id"), external.get("external_status")
        if not known or status in OVERWRITTEN:
            return True
        if instead is not None and (known != instead.document_id or status in REMOVED):
            return True
        log.info(
            "metronome's status is kept",
            invoice_id=document.invoice_id,
            document_id=external["invoice_id"],
            status=external.get("external_status"),
        )
        return False

    def _external_invoice(self, document: FormattedInvoice) -> dict[str, Any]:
        try:
            answer = self._metronome.invoice(document.metronome_customer_id, document.invoice_id)
        except Rejected as refused:
            raise Rejected(
                "writeback-refused",
                f"Metronome does not show the invoice, so its status was not changed: {refused.reason}",
                response=refused.response,
            ) from refused
        invoice = answer.get("data") if isinstance(answer, dict) else None
        external = invoice.get("external_invoice") if isinstance(invoice, dict) else None
        return external if isinstance(external, dict) else {}
