"""The Accounting API on loopback: create, read, query, void and delete; and the token endpoint."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from aiohttp import web

from invoice_simulators.quickbooks_online.errors import fault, gateway, now_text, tid
from invoice_simulators.quickbooks_online.query import parse_query
from invoice_simulators.quickbooks_online.rules import Rules
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.quickbooks_online.store import UUID, Entity, Transaction, TransactionStore
from invoice_simulators.quickbooks_online.tokens import Tokens
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import Json, answer, dumps, loads

PUBLISHED_LIMITS = {"per_second": 10, "per_minute": 500}
"""Per company and app; not in force unless set, so that a test need not wait a minute."""

REQUEST_ID_LENGTH = 50
ENTITIES: dict[str, Entity] = {"invoice": "Invoice", "creditmemo": "CreditMemo"}
NUMBER = re.compile(r"DocNumber\W+([\w-]+)")


class QuickBooksOnline(Simulator[QuickBooksOnlineSettings]):
    """Handlers and state of one company."""

    def __init__(self, settings: QuickBooksOnlineSettings | None = None) -> None:
        super().__init__(settings or QuickBooksOnlineSettings())
        self._store = TransactionStore()
        self._tokens = Tokens(lambda: self.settings)

    def routes(self) -> list[web.RouteDef]:
        """Give the API. A POST is ``create``, whatever its ``operation``."""
        company = "/v3/company/{realm}"
        kind = "{entity:invoice|creditmemo}"
        return [
            web.post("/oauth2/v1/tokens/bearer", self.refresh, name="token"),
            web.route("*", f"{company}/query", self.query, name="query"),
            web.post(f"{company}/{kind}", self.post, name="create"),
            web.get(f"{company}/{kind}/{{id}}", self.get, name="get"),
        ]

    def identify(self, request: web.Request, body: str) -> str | None:
        """Give the first UUID of the body, else a document number of the body or the query."""
        if (found := UUID.search(body)) is not None:
            return found.group()
        number = NUMBER.search(f"{request.query.get('query', '')}\n{body}")
        return number.group(1) if number else None

    def refuse(self, status: int) -> web.Response:
        """Word a refusal as the gateway does; 5xx as the service."""
        return gateway(status).answer()

    def documents(self) -> Iterable[Json]:
        """Give the transactions in short."""
        return self._store.documents()

    def clear(self) -> None:
        """Forget transactions, answers and tokens."""
        self._store.clear()
        self._tokens.clear()

    async def refresh(self, request: web.Request) -> web.Response:
        """Give an access token for a refresh token."""
        form = dict(parse_qsl((await request.read()).decode()))
        return answer(self._tokens.refresh(request.headers.get("Authorization", ""), form), headers=tid())

    async def post(self, request: web.Request) -> web.Response:
        """Create, void or delete. A repeated ``requestid`` gives the first answer and does nothing."""
        self._authorize(request)
        body = _parse(await request.read())
        request_id = request.query.get("requestid")
        if request_id is not None and len(request_id) > REQUEST_ID_LENGTH:
            raise fault("2050", f"requestid: Max:{REQUEST_ID_LENGTH} supported", element="requestid")
        if request_id is None:
            return _json(self._act(request, body))
        if request_id not in self._store.answers:
            self._store.answers[request_id] = self._act(request, body)
        return _json(self._store.answers[request_id])

    async def get(self, request: web.Request) -> web.Response:
        """Answer one transaction by id."""
        self._authorize(request)
        return _json(_shown(self._find(_entity(request), request.match_info["id"])))

    async def query(self, request: web.Request) -> web.Response:
        """Answer a query, from the URL or as the body."""
        self._authorize(request)
        text = request.query.get("query") or (await request.read()).decode()
        wanted = parse_query(text)
        matching = [stored for stored in self._store.all_of(wanted.entity) if wanted.matches(stored)]
        page = matching[wanted.start - 1 : wanted.start - 1 + wanted.most]
        found: Json = {}
        if page:
            found = {wanted.entity: [stored.shown for stored in page]}
            found |= {"startPosition": wanted.start, "maxResults": len(page), "totalCount": len(matching)}
        return answer({"QueryResponse": found, "time": now_text()}, headers=tid())

    def _act(self, request: web.Request, body: Json) -> bytes:
        entity = _entity(request)
        operation = request.query.get("operation", "create")
        if operation == "create":
            return self._create(entity, body)
        stored = self._find(entity, str(body.get("Id")))
        if body.get("SyncToken") != stored.shown["SyncToken"]:
            raise fault("5010", "You and another user were working on this at the same time")
        if operation == "void":
            self._store.void(stored)
            return _shown(stored)
        self._store.delete(stored)
        return dumps({entity: {"Id": stored.id, "status": "Deleted", "domain": "QBO"}, "time": now_text()})

    def _create(self, entity: Entity, body: Json) -> bytes:
        rules = Rules(self.settings)
        rules.check(body)
        number = body.get("DocNumber")
        holder = self._store.holder_of(entity, number) if number is not None else None
        if holder is not None and self.settings.warn_duplicate_numbers:
            raise rules.duplicate(str(number), entity, holder)
        return _shown(self._store.add(entity, body, self.settings.home_currency))

    def _find(self, entity: Entity, transaction_id: str) -> Transaction:
        if (stored := self._store.find(entity, transaction_id)) is None:
            raise fault("610", f"Object {transaction_id} not found", language=self.settings.language)
        return stored

    def _authorize(self, request: web.Request) -> None:
        if not self._tokens.accepts(request.headers.get("Authorization", "")):
            raise gateway(401)
        if request.match_info["realm"] != self.settings.realm_id:
            raise gateway(403)


def _entity(request: web.Request) -> Entity:
    return ENTITIES[request.match_info["entity"]]


def _shown(stored: Transaction) -> bytes:
    return dumps({stored.entity: stored.shown, "time": now_text()})


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", headers=tid())


def _parse(raw: bytes) -> Json:
    try:
        body = loads(raw)
    except ValueError as error:
        raise fault("2010", "The request is not JSON") from error
    if not isinstance(body, dict):
        raise fault("2010", "An object is expected")
    return body
