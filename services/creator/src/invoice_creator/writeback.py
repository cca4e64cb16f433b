"""Report to Metronome how an invoice ended at the provider.

The items and how they are sent are ``invoice_shared.metronome``'s.
"""

from typing import Any, Protocol

from invoice_creator.status_path import StatusPath
from invoice_providers.base import Found
from invoice_providers.registry import provider_of
from invoice_shared.errors import CallFailed, Rejected, Unavailable
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.metronome.statuses import finalized, refused, told_document

log = get_logger(__name__)


class Writeback(Protocol):
    """Raises ``Rejected("writeback-refused")``, ``Unavailable`` or ``CredentialsRefused``.

    Repeatable.

    A repeat or a refusal does not overwrite a document that Metronome knows.
    """

    def report_created(
        self,
        document: FormattedInvoice,
        created: Found,
        *,
        is_repeat: bool,
        is_forced: bool = False,
    ) -> None:
        """Report the document and its id; for a repeat, ask Metronome first.

        ``is_forced`` means that it replaces a removed document, whose id is overwritten.
        """

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Report why no document was created, unless Metronome knows one."""


class MetronomeWriteback:
    """Reports by HTTP; each call is tried once. Thread-safe."""

    def __init__(self, metronome: MetronomeClient) -> None:
        self._metronome = metronome
        self._path = StatusPath()

    def report_created(
        self,
        document: FormattedInvoice,
        created: Found,
        *,
        is_repeat: bool,
        is_forced: bool = False,
    ) -> None:
        """See ``Writeback``."""
        if not is_repeat or self._knows_none(document, instead=created if is_forced else None):
            self._report(document, finalized(created.document_id, document.issue_date))

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """See ``Writeback``."""
        if self._knows_none(document):
            self._report(document, refused(reason))

    def _report(self, document: FormattedInvoice, status: dict[str, Any]) -> None:
        about = {
            "invoice_id": document.invoice_id,
            "billing_provider": provider_of(document.destination).metronome_name,
        }
        try:
            self._metronome.report_status(document.metronome_customer_id, about | status)
        except Rejected as refused:
            raise self._judged(document, refused) from refused
        self._path.accepted(document.invoice_id)

    def _judged(self, document: FormattedInvoice, refused: Rejected) -> CallFailed:
        is_unknown = refused.response is not None and refused.response.status == 404
        if not is_unknown or self._path.is_invoices_own(document.invoice_id):
            return refused
        return Unavailable(
            f"{refused.reason} If no invoice is reported, check METRONOME_STATUS_WRITEBACK_PATH.",
            about="settings",
            response=refused.response,
        )

    def _knows_none(self, document: FormattedInvoice, *, instead: Found | None = None) -> bool:
        """Return whether Metronome knows no document of the invoice.

        A document that ``instead`` replaces does not count.
        """
        told = told_document(self._asked(document))
        if told is None:
            return True
        if instead is not None and (told.is_removed or told.document_id != instead.document_id):
            return True
        log.info(
            "metronome's status is kept",
            invoice_id=document.invoice_id,
            document_id=told.document_id,
            status=told.status,
        )
        return False

    def _asked(self, document: FormattedInvoice) -> Any:
        try:
            return self._metronome.invoice(document.metronome_customer_id, document.invoice_id)
        except Rejected as refusal:
            reason = (
                "Metronome does not show the invoice, so its status was not changed:"
                f" {refusal.reason}"
            )
            # The invoice existed when it was formatted: Metronome may be behind.
            if refusal.code == "invoice-not-found":
                raise Unavailable(reason, about="settings", response=refusal.response) from refusal
            raise Rejected("writeback-refused", reason, response=refusal.response) from refusal
