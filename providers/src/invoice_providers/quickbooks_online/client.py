"""QuickBooks' transactions: POST with a request id, which makes retries safe, and queries.

A known request id gives the first answer again, but it is not documented for how long. A duplicate
number is refused only if the company enabled the warning. Intuit meters queries.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from invoice_providers.base import Begun, Created, Found, Presence, Thing
from invoice_providers.http import FreshBearer, Http, TokenSource
from invoice_providers.login import KeptLogin
from invoice_providers.quickbooks_online.documents import entity_of, request_id
from invoice_providers.quickbooks_online.errors import (
    create_error,
    lookup_error,
    says_not_queryable,
    says_not_there,
)
from invoice_providers.quickbooks_online.faults import faults_of
from invoice_providers.quickbooks_online.numbering import Numbering
from invoice_providers.quickbooks_online.payload import build_body
from invoice_providers.quickbooks_online.presence import asked_for, by_ids, read_entries
from invoice_providers.quickbooks_online.queries import (
    MAX_PAGES,
    PAGE,
    by_customer,
    by_day,
    by_number,
    by_total,
    pages,
)
from invoice_providers.quickbooks_online.responses import read_created, read_query, read_transaction
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import Unavailable
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach

MINOR_VERSION = {"minorversion": "75"}
ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}


class QuickBooksOnline:
    """See ``BillingProvider`` and ``HasLogin``. ``rate_limit`` delays each call as needed.

    ``login`` keeps ``tokens`` alive, if they may expire.
    """

    name = "quickbooks_online"

    def __init__(
        self,
        company_url: str,
        tokens: TokenSource,
        rate_limit: Callable[[], None],
        *,
        clock: Clock,
        reach: Reach,
        login: KeptLogin | None = None,
    ) -> None:
        self.login = login
        self._company = company_url
        self._rate_limit = rate_limit
        self._clock = clock
        self._http = Http("QuickBooks Online", lambda: FreshBearer(tokens), reach)
        self._numbering = Numbering(clock)

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """Query by document number, then by other facts; the private note shows which are ours."""
        numbered = self._shown(self._ask(by_number(document)), document)
        if _ours(numbered, document) or not self._numbering.is_automatic(self.preferences):
            return tuple(numbered)
        return (*numbered, *self._look_further(document))

    def create(
        self,
        document: FormattedInvoice,
        *,
        generation: str = "",
        begun: Begun | None = None,  # noqa: ARG002 - no drafts
    ) -> Created:
        """POST the transaction."""
        body = serde.encode(build_body(document))
        url = self._url(
            entity_of(document.document_type).lower(),
            requestid=request_id(document.invoice_id, generation),
        )
        answer = self._call(lambda: self._http.post(url, body, SENDING))
        created = read_created(answer.json(), document) if answer.is_success else None
        if created is None:
            raise create_error(answer, self._clock.now(), document)
        self._numbering.created(answer.json(), document)
        return created

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """GET the transaction by its id."""
        url = self._url(f"{entity_of(document_type).lower()}/{quote(document_id, safe='')}")
        answer = self._call(lambda: self._http.get(url, ASKING))
        if says_not_there(answer):
            return None
        found = (
            read_transaction(answer.json(), document_type, invoice_id)
            if answer.is_success
            else None
        )
        if found is None:
            raise lookup_error(answer, self._clock.now())
        return found

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """Query the list."""
        asked = asked_for(ids)
        missing: dict[str, Presence] = dict.fromkeys(ids, "missing")
        return missing | self._entries(thing, asked) if asked else missing

    def _entries(self, thing: Thing, ids: Sequence[str]) -> dict[str, Presence]:
        answer = self._ask(by_ids(thing, ids))
        shown = read_entries(answer.json(), thing) if answer.is_success else None
        if shown is None or faults_of(answer):
            raise lookup_error(answer, self._clock.now())
        return shown

    def preferences(self) -> Any:
        """GET the company's preferences. Raises ``Unavailable`` or ``CredentialsRefused``."""
        answer = self._call(lambda: self._http.get(self._url("preferences"), ASKING))
        if not answer.is_success or faults_of(answer):
            raise lookup_error(answer, self._clock.now())
        return answer.json()

    def _look_further(self, document: FormattedInvoice) -> list[Found]:
        """Return our transactions of that day with the customer, or else with the total."""
        of_customer = by_customer(document)
        found = _ours(self._pages(of_customer, document), document) if of_customer else []
        return found or _ours(
            self._pages(by_total(document), document, instead=by_day(document)), document
        )

    def _pages(
        self, condition: str, document: FormattedInvoice, *, instead: str | None = None
    ) -> list[Found]:
        """Return the matches of a condition, or of ``instead`` if it cannot be queried."""
        found: list[Found] = []
        for query in pages(document, condition):
            answer = self._ask(query)
            if instead is not None and says_not_queryable(answer):
                return self._pages(instead, document)
            page = self._shown(answer, document)
            found += page
            if len(page) < PAGE:
                return found
        raise Unavailable(
            f"QuickBooks Online has more than {MAX_PAGES * PAGE} transactions on"
            f" {document.issue_date}, so it is unknown whether one is this invoice's. Search for"
            " it there by its private note."
        )

    def _ask(self, query: str) -> Answer:
        return self._call(lambda: self._http.get(self._url("query", query=query), ASKING))

    def _shown(self, answer: Answer, document: FormattedInvoice) -> list[Found]:
        found = read_query(answer.json(), document) if answer.is_success else None
        if found is None:
            raise lookup_error(answer, self._clock.now())
        return found

    def _call(self, send: Callable[[], Answer]) -> Answer:
        """Make a call, and retry once with a new access token if it was refused."""
        self._rate_limit()
        answer = send()
        if answer.status != 401:
            return answer
        self._rate_limit()
        return send()

    def _url(self, path: str, **query: str) -> str:
        return f"{self._company}/{path}?{urlencode(query | MINOR_VERSION)}"


def _ours(found: Sequence[Found], document: FormattedInvoice) -> list[Found]:
    return [each for each in found if each.invoice_id == document.invoice_id]
