"""QuickBooks' transactions: POST with a request id that makes a repeat harmless, query by document number to look up.

A known request id gives the first answer again, but for how long is not documented, and a taken number is refused only
if the company wants to be warned. Queries are what Intuit meters.
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from invoice_providers.base import Begun, Created, Found
from invoice_providers.http import FreshBearer, Http, TokenSource
from invoice_providers.login import KeptLogin
from invoice_providers.quickbooks_online.documents import document_number, entity_of, request_id
from invoice_providers.quickbooks_online.errors import create_error, lookup_error, says_not_there
from invoice_providers.quickbooks_online.payload import build_body
from invoice_providers.quickbooks_online.shown import read_created, read_query, read_transaction
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.invoice import DocumentType, FormattedInvoice

MINOR_VERSION = {"minorversion": "75"}
ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}


class QuickBooksOnline:
    """See ``BillingProvider`` and ``HasLogin``. ``pace`` returns when the next call may go out.

    ``login`` is what keeps ``tokens`` alive, if anything must.
    """

    name = "quickbooks_online"

    def __init__(
        self,
        company_url: str,
        tokens: TokenSource,
        pace: Callable[[], None],
        *,
        clock: Clock,
        timeout_seconds: float,
        login: KeptLogin | None = None,
    ) -> None:
        self.login = login
        self._company = company_url
        self._pace = pace
        self._clock = clock
        self._http = Http("QuickBooks Online", lambda: FreshBearer(tokens), timeout_seconds)

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """Query by document number; whether a transaction is ours, its private note says."""
        entity, number = entity_of(document.document_type), document_number(document)
        query = f"select * from {entity} where DocNumber = '{number}'"  # noqa: S608 - letters and digits
        answer = self._call(lambda: self._http.get(self._url("query", query=query), ASKING))
        found = read_query(answer.json(), document) if answer.is_success else None
        if found is None:
            raise lookup_error(answer, self._clock.now())
        return tuple(found)

    def create(
        self,
        document: FormattedInvoice,
        *,
        generation: str = "",
        begun: Begun | None = None,  # noqa: ARG002 - it makes no drafts
    ) -> Created:
        """POST the transaction."""
        body = serde.dumps(build_body(document))
        url = self._url(
            entity_of(document.document_type).lower(), requestid=request_id(document.invoice_id, generation)
        )
        answer = self._call(lambda: self._http.post(url, body, SENDING))
        created = read_created(answer.json(), document) if answer.is_success else None
        if created is None:
            raise create_error(answer, self._clock.now(), document)
        return created

    def read(self, document_id: str, *, invoice_id: str, document_type: DocumentType) -> Found | None:
        """GET the transaction by its id."""
        url = self._url(f"{entity_of(document_type).lower()}/{quote(document_id, safe='')}")
        answer = self._call(lambda: self._http.get(url, ASKING))
        if says_not_there(answer):
            return None
        found = read_transaction(answer.json(), document_type, invoice_id) if answer.is_success else None
        if found is None:
            raise lookup_error(answer, self._clock.now())
        return found

    def _call(self, send: Callable[[], Answer]) -> Answer:
        """Make a call, and once more where the access token was refused: it may have ended before its time."""
        self._pace()
        answer = send()
        if answer.status != 401:
            return answer
        self._pace()
        return send()

    def _url(self, path: str, **query: str) -> str:
        return f"{self._company}/{path}?{urlencode(query | MINOR_VERSION)}"
