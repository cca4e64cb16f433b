"""Razorpay's invoices: POST to create, list by ``receipt`` to look up. Nothing there makes a POST repeatable.

What could still double an invoice is a POST that Razorpay carries out only *after* we looked again. It needs a request
that outlives its sender: a creator that is killed loses its partitions after ten seconds only, one that gives them up
waits for its calls first, and after a lost answer ``UNCERTAIN_SETTLE_SECONDS`` pass before the next look. What is left
is a process that freezes between look and POST for longer than its session, and a request that Razorpay holds back for
longer than those times. Two invoices with one receipt are logged as an error wherever they are seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from invoice_providers.base import Created, Found
from invoice_providers.http import Http, basic
from invoice_providers.razorpay.errors import create_error, lookup_error, says_unknown_id
from invoice_providers.razorpay.payload import build_body
from invoice_providers.razorpay.shown import read_invoice, read_listing
from invoice_shared import serde
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused
from invoice_shared.invoice import DocumentType, FormattedInvoice

ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """An API key; it decides between test and live."""

    key_id: str
    secret: str


class Razorpay:
    """See ``BillingProvider``. ``key`` is asked again after a refusal, so a rotation needs no restart."""

    name = "razorpay"

    def __init__(self, base_url: str, key: Callable[[], Key], *, clock: Clock, timeout_seconds: float) -> None:
        self._invoices = base_url.rstrip("/") + "/v1/invoices"
        self._clock = clock
        self._http = Http("Razorpay", lambda: basic(key().key_id, key().secret), timeout_seconds)

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """List the invoices with our receipt."""
        query = urlencode({"receipt": document.invoice_id})
        answer = self._http.get(f"{self._invoices}?{query}", ASKING)
        found = read_listing(answer.json(), document.invoice_id) if answer.is_success else None
        if found is None:
            raise self._judge(lookup_error(answer, self._clock.now()))
        return tuple(found)

    def create(self, document: FormattedInvoice, *, generation: str = "") -> Created:  # noqa: ARG002 - no request ids
        """POST the invoice; a second POST makes a second one."""
        body = serde.dumps(build_body(document))
        answer = self._http.post(self._invoices, body, SENDING)
        created = read_invoice(answer.json()) if answer.is_success else None
        if created is None:
            raise self._judge(create_error(answer, self._clock.now(), document))
        return created

    def read(self, document_id: str, *, invoice_id: str, document_type: DocumentType) -> Found | None:
        """GET the invoice by its id."""
        del invoice_id, document_type  # it shows whose it is, and there is one kind only
        answer = self._http.get(f"{self._invoices}/{quote(document_id, safe='')}", ASKING)
        if says_unknown_id(answer):
            return None
        found = read_invoice(answer.json()) if answer.is_success else None
        if found is None:
            raise self._judge(lookup_error(answer, self._clock.now()))
        return found

    def _judge(self, error: CallFailed) -> CallFailed:
        if isinstance(error, CredentialsRefused):
            self._http.renew_credentials()
        return error
