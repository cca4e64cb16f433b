"""QuickBooks' transactions: POST with a request id that makes a repeat harmless, query by document number to look up.

A known request id gives the first answer again, but for how long is not documented, and a taken number is refused only
where the company wants to be warned. So an invoice that we heard of some time ago is looked up first; a fresh one is
not, since queries are what Intuit meters.
"""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urlencode

from invoice_providers.agreement import agreed
from invoice_providers.base import CreatedDocument
from invoice_providers.http import FreshBearer, Http, TokenSource
from invoice_providers.quickbooks_online.documents import document_number, entity_of, request_id
from invoice_providers.quickbooks_online.errors import create_error, lookup_error
from invoice_providers.quickbooks_online.payload import build_body
from invoice_providers.quickbooks_online.shown import read_created, read_found, read_held
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import AlreadyExists
from invoice_shared.invoice import Destination, FormattedInvoice

MINOR_VERSION = {"minorversion": "75"}
ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}
FRESH = timedelta(minutes=15)
"""An invoice first heard of longer ago may be a replay, or a topic read from its beginning: its request id may be
forgotten by now."""


class QuickBooksOnline:
    """See ``BillingProvider``. ``pace`` returns when the next call may go out."""

    name: Destination = "quickbooks_online"

    def __init__(
        self, company_url: str, tokens: TokenSource, pace: Callable[[], None], *, clock: Clock, timeout_seconds: float
    ) -> None:
        self._company = company_url
        self._pace = pace
        self._clock = clock
        self._http = Http("QuickBooks Online", lambda: FreshBearer(tokens), timeout_seconds)

    def create(self, document: FormattedInvoice) -> CreatedDocument:
        """POST the transaction; what QuickBooks made of it must add up to what we asked for."""
        body = serde.dumps(build_body(document))
        if not self._is_fresh(document) and (found := self.find(document)) is not None:
            return agreed(document, found)
        url = self._url(entity_of(document).lower(), requestid=request_id(document, body))
        answer = self._call(lambda: self._http.post(url, body, SENDING))
        created = read_created(answer.json(), document) if answer.is_success else None
        if created is not None:
            return agreed(document, created)
        error = create_error(answer, self._clock.now(), document)
        if isinstance(error, AlreadyExists) and (holder := self._holder(error, document)) is not None:
            return agreed(document, holder)
        raise error

    def find(self, document: FormattedInvoice) -> CreatedDocument | None:
        """Query by document number; of several the one whose private note names our invoice."""
        number = document_number(document)
        query = f"select * from {entity_of(document)} where DocNumber = '{number}'"  # noqa: S608 - letters and digits
        answer = self._call(lambda: self._http.get(self._url("query", query=query), ASKING))
        found = read_found(answer.json(), document) if answer.is_success else None
        if found is None:
            raise lookup_error(answer, self._clock.now())
        return found[0] if found else None

    def _holder(self, taken: AlreadyExists, document: FormattedInvoice) -> CreatedDocument | None:
        """Read the transaction that has our number, if the refusal names it and it is of our kind."""
        if taken.document_id is None:
            return None
        url = self._url(f"{entity_of(document).lower()}/{quote(taken.document_id, safe='')}")
        answer = self._call(lambda: self._http.get(url, ASKING))
        return read_held(answer.json(), document) if answer.is_success else None

    def _call(self, send: Callable[[], Answer]) -> Answer:
        """Make a call, and once more where the access token was refused: it may have ended before its time."""
        self._pace()
        answer = send()
        if answer.status != 401:
            return answer
        self._pace()
        return send()

    def _is_fresh(self, document: FormattedInvoice) -> bool:
        heard = document.received_at or document.finalized_at
        return heard is not None and self._clock.now() - heard < FRESH

    def _url(self, path: str, **query: str) -> str:
        return f"{self._company}/{path}?{urlencode(query | MINOR_VERSION)}"
