"""Telling Metronome how an invoice ended at the provider: ``POST /v1/invoices/billingProvider``, an array of one.

The endpoint is not in Metronome's public specification; its item schema, ``BillingProviderInvoice``, is.
No ``Idempotency-Key``: Metronome replays even a 500 for a known key, and the same status twice does no harm.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, Protocol

from invoice_providers.base import CreatedDocument
from invoice_providers.http import Bearer, Http
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import Destination, FormattedInvoice
from invoice_shared.types import time_text

BILLING_PROVIDERS: dict[Destination, str] = {
    "netsuite": "netsuite",
    "quickbooks_online": "quickbooks_online",
    "razorpay": "custom",
}
"""Metronome's own names; it has none for Razorpay."""

MAX_ERROR_TEXT = 1000
SENDING = {"Content-Type": "application/json", "Accept": "application/json"}
OUTAGES = (429, 503)


class Writeback(Protocol):
    """Raises ``Rejected("writeback-refused")``, ``Unavailable`` or ``CredentialsRefused``. Repeatable."""

    def report_created(self, document: FormattedInvoice, created: CreatedDocument) -> None:
        """Say that the document exists, and under which id."""

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Say that no document was created, and why."""


class MetronomeWriteback:
    """Thread-safe; each call is tried once."""

    def __init__(self, url: str, api_key: Callable[[], str], *, clock: Clock, timeout_seconds: float) -> None:
        self._url = url
        self._clock = clock
        self._http = Http("Metronome", lambda: Bearer(api_key()), timeout_seconds)

    def report_created(self, document: FormattedInvoice, created: CreatedDocument) -> None:
        """See ``Writeback``."""
        self._report(
            {
                "invoice_id": document.invoice_id,
                "billing_provider": BILLING_PROVIDERS[document.destination],
                "billing_provider_invoice_id": created.document_id,
                "external_status": "FINALIZED",
                "issued_at": time_text(datetime.combine(document.issue_date, time(), UTC)),
            }
        )

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """See ``Writeback``."""
        self._report(
            {
                "invoice_id": document.invoice_id,
                "billing_provider": BILLING_PROVIDERS[document.destination],
                "external_status": "INVALID_REQUEST_ERROR",
                "billing_provider_error": reason[:MAX_ERROR_TEXT],
            }
        )

    def _report(self, item: dict[str, Any]) -> None:
        try:
            answer = self._http.post(self._url, serde.dumps([item]), SENDING)
        except Uncertain as error:  # repeating it does no harm, so there is nothing to look up first
            raise Unavailable(error.reason) from error
        if not answer.is_success:
            refused = refusal(answer, self._clock.now())
            if isinstance(refused, CredentialsRefused):
                self._http.renew_credentials()
            raise refused


def refusal(answer: Answer, now: datetime) -> CallFailed:
    """Give the error for an answer that is not 2xx."""
    response, said = answer.for_the_record(), _message(answer)
    if answer.status in (401, 403):
        return CredentialsRefused(
            f"Metronome refuses the status write-back: {said}. Check METRONOME_API_KEY and its permissions, "
            "or switch METRONOME_STATUS_WRITEBACK off.",
            response=response,
        )
    if 300 <= answer.status < 400:
        return Unavailable(
            f"Metronome redirects ({answer.status}), which is not followed. Check METRONOME_BASE_URL.",
            outage=True,
            response=response,
        )
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Unavailable(
            f"Metronome did not take the status: {said}.",
            retry_after=answer.retry_after(now),
            outage=answer.status in OUTAGES and not _is_about_one_customer(answer),
            response=response,
        )
    return Rejected(
        "writeback-refused",
        f"Metronome refused the status of this invoice: {said}. The document at the provider is not affected.",
        response=response,
    )


def _is_about_one_customer(answer: Answer) -> bool:
    return answer.headers.get("X-Metronome-Rate-Limit-Type") == "customer"


def _message(answer: Answer) -> str:
    tree = answer.json()
    message = tree.get("message") if isinstance(tree, dict) else None
    return f"{message} ({answer.status})" if isinstance(message, str) else f"status {answer.status}"
