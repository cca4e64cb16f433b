"""Telling Metronome how an invoice ended at the provider: which status goes with which end.

The item is Metronome's ``BillingProviderInvoice``; how it is sent is ``invoice_shared.metronome``'s.
"""

from datetime import UTC, datetime, time
from typing import Protocol

from invoice_providers.base import Found
from invoice_providers.registry import provider_of
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.types import time_text

MAX_ERROR_TEXT = 1000


class Writeback(Protocol):
    """Raises ``Rejected("writeback-refused")``, ``Unavailable`` or ``CredentialsRefused``. Repeatable."""

    def report_created(self, document: FormattedInvoice, created: Found) -> None:
        """Say that the document exists, and under which id."""

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Say that no document was created, and why."""


class MetronomeWriteback:
    """Thread-safe; each call is tried once."""

    def __init__(self, metronome: MetronomeClient) -> None:
        self._metronome = metronome

    def report_created(self, document: FormattedInvoice, created: Found) -> None:
        """See ``Writeback``."""
        self._metronome.report_status(
            document.metronome_customer_id,
            {
                "invoice_id": document.invoice_id,
                "billing_provider": provider_of(document.destination).metronome_name,
                "billing_provider_invoice_id": created.document_id,
                "external_status": "FINALIZED",
                "issued_at": time_text(datetime.combine(document.issue_date, time(), UTC)),
            },
        )

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """See ``Writeback``."""
        self._metronome.report_status(
            document.metronome_customer_id,
            {
                "invoice_id": document.invoice_id,
                "billing_provider": provider_of(document.destination).metronome_name,
                "external_status": "INVALID_REQUEST_ERROR",
                "billing_provider_error": reason[:MAX_ERROR_TEXT],
            },
        )
