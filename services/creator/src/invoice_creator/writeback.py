"""Telling Metronome how an invoice ended at the provider: which status goes with which end.

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

    There is no step back: what Metronome knows of a document is not overwritten by a repeat or by a
    refusal.
    """

    def report_created(
        self,
        document: FormattedInvoice,
        created: Found,
        *,
        is_repeat: bool,
        is_forced: bool = False,
    ) -> None:
        """Report that the document exists, and under which id; Metronome is asked first for a
        repeat.

        ``is_forced``: a person had it created in the place of one that was removed, so the id of
        that one is overwritten.
        """

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Report that no document was created, and why, unless Metronome knows one."""


class MetronomeWriteback:
    """Thread-safe; each call is tried once."""

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
        """Whether Metronome knows no document of the invoice that its status would speak of.

        One that ``instead`` stands in the place of does not count.
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
            if (
                refusal.code == "invoice-not-found"
            ):  # it was there when it was formatted: Metronome may be behind
                raise Unavailable(reason, about="settings", response=refusal.response) from refusal
            raise Rejected("writeback-refused", reason, response=refusal.response) from refusal
