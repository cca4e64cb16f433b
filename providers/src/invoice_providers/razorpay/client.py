"""Razorpay's invoices: look up by ``receipt``, then POST. Nothing there makes a POST repeatable.

What could still double an invoice is a POST that Razorpay carries out only *after* we looked again. It needs a request
that outlives its sender: a creator that is killed loses its partitions after ten seconds only, one that gives them up
waits for its calls first, and after a lost answer ``UNCERTAIN_SETTLE_SECONDS`` pass before the next look. What is left
is a process that freezes between look and POST for longer than its session, and a request that Razorpay holds back for
longer than those times. Two invoices with one receipt are logged as an error wherever they are seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from invoice_providers.agreement import agreed
from invoice_providers.base import CreatedDocument
from invoice_providers.http import Http, basic
from invoice_providers.razorpay.errors import create_error, lookup_error
from invoice_providers.razorpay.payload import build_body
from invoice_providers.razorpay.shown import read_invoice, read_listing
from invoice_shared import serde
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused
from invoice_shared.invoice import Destination, FormattedInvoice
from invoice_shared.logs import get_logger

log = get_logger(__name__)

ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """An API key; it decides between test and live."""

    key_id: str
    secret: str


class Razorpay:
    """See ``BillingProvider``. ``key`` is asked again after a refusal, so a rotation needs no restart."""

    name: Destination = "razorpay"

    def __init__(self, base_url: str, key: Callable[[], Key], *, clock: Clock, timeout_seconds: float) -> None:
        self._invoices = base_url.rstrip("/") + "/v1/invoices"
        self._clock = clock
        self._http = Http("Razorpay", lambda: basic(key().key_id, key().secret), timeout_seconds)

    def create(self, document: FormattedInvoice) -> CreatedDocument:
        """Look for the invoice's receipt; POST where nobody carries it."""
        body = serde.dumps(build_body(document))
        if (found := self.find(document)) is not None:
            return agreed(document, found)
        answer = self._http.post(self._invoices, body, SENDING)
        created = read_invoice(answer.json()) if answer.is_success else None
        if created is None:
            raise self._judge(create_error(answer, self._clock.now(), document))
        return agreed(document, created)

    def find(self, document: FormattedInvoice) -> CreatedDocument | None:
        """List the invoices with our receipt; the oldest is ours."""
        query = urlencode({"receipt": document.invoice_id})
        answer = self._http.get(f"{self._invoices}?{query}", ASKING)
        found = read_listing(answer.json(), document.invoice_id) if answer.is_success else None
        if found is None:
            raise self._judge(lookup_error(answer, self._clock.now()))
        if len(found) > 1:
            ids = [each.document_id for each in found]
            log.error("several invoices with one receipt", invoice_id=document.invoice_id, document_ids=ids)
        return found[0] if found else None

    def _judge(self, error: CallFailed) -> CallFailed:
        if isinstance(error, CredentialsRefused):
            self._http.renew_credentials()
        return error
