"""The Accounting API on loopback and Intuit's token endpoint: authorization and changes."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from invoice_simulators.quickbooks_online.company import Company
from invoice_simulators.quickbooks_online.errors import fault, gateway, now_text, tid
from invoice_simulators.quickbooks_online.people import People
from invoice_simulators.quickbooks_online.reading import Reader, entity_of, shown
from invoice_simulators.quickbooks_online.request_ids import RequestIds
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.quickbooks_online.store import TransactionStore, number_key
from invoice_simulators.quickbooks_online.tokens import TELL_END, TOKEN, Tokens, discovery
from invoice_simulators.quickbooks_online.transactions import UUID, Transaction, summary
from invoice_simulators.replica import Replica
from invoice_simulators.routing import Route
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply, dumps, loads, reply

# Per company and app. Only applied if set, so that a test need not wait a minute.
PUBLISHED_LIMITS = {"per_second": 10, "per_minute": 500}

NUMBER = re.compile(r"DocNumber\W+([\w-]+)")
COMPANY = "/v3/company/(?P<realm>[^/]+)"
KIND = f"{COMPANY}/(?P<entity>invoice|creditmemo)"


class QuickBooksOnline(Simulator[QuickBooksOnlineSettings]):
    """Handlers and state of one company; ``people`` acts without the client's knowledge."""

    def __init__(
        self, settings: QuickBooksOnlineSettings | None = None, clock: Clock = time.time
    ) -> None:
        seen: Replica[Transaction] = Replica(
            lambda: self.settings.lookup_lag_seconds,
            clock,
            lambda stored: number_key(stored.entity, stored.number),
        )
        self._store = TransactionStore(seen)
        self._company = Company(self._store, lambda: self.settings, clock)
        self._request_ids = RequestIds(lambda: self.settings)
        self._tokens = Tokens(lambda: self.settings, clock)
        self._reader = Reader(self._store, lambda: self.settings)
        self.people = People(self._store, self._company, self._request_ids)
        super().__init__(settings or QuickBooksOnlineSettings(), clock)

    def routes(self) -> Iterable[Route]:
        """Return the API. A POST is ``create``, whatever its ``operation``."""
        reader = self._reader
        return [
            Route("POST", TOKEN, "token", self.refresh, is_open=True),
            Route("GET", "/.well-known/openid_configuration", "discovery", discovery, is_open=True),
            Route("POST", KIND, "create", self.post),
            Route("GET", f"{KIND}/(?P<id>[^/]+)", "get", reader.get),
            Route("GET", f"{COMPANY}/query", "query", reader.query),
            Route("POST", f"{COMPANY}/query", "query", reader.query),
            Route("GET", f"{COMPANY}/cdc", "changes", reader.follow),
            Route("GET", f"{COMPANY}/preferences", "preferences", reader.preferences),
            Route(
                "GET",
                f"{COMPANY}/(?P<list>customer|item)/(?P<id>[^/]+)",
                "get-entry",
                reader.get_entry,
            ),
        ]

    def authorize(self, call: Call) -> None:
        """Require a valid access token, and its company."""
        if not self._tokens.accepts(call.authorization):
            raise gateway(401)
        if call.parts["realm"] != self.settings.realm_id:
            raise gateway(403)

    def identify(self, call: Call) -> str | None:
        """Return the first UUID of the body, else a document number of the body or the query."""
        if (found := UUID.search(call.text)) is not None:
            return found.group()
        number = NUMBER.search(f"{call.query.get('query', '')}\n{call.text}")
        return number.group(1) if number else None

    def refusal(self, status: int) -> ApiError:
        """Return a refusal of the gateway; for 5xx, of the service."""
        return gateway(status)

    def unknown(self, call: Call) -> ApiError:
        """Refuse other paths as unsupported operations."""
        return fault("500", f"Operation {call.url.path.rpartition('/')[2]} is not supported.")

    def documents(self) -> Iterable[Json]:
        """Return the transactions in short."""
        return (summary(stored) for stored in self._store.all())

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what people and time do."""
        return self.people.actions()

    def clear(self) -> None:
        """Forget transactions, answers and tokens."""
        self._store.clear()
        self._company.clear()
        self._request_ids.forget()
        self._tokens.clear()

    def refresh(self, call: Call) -> Reply:
        """Answer a refresh token with an access token."""
        form = dict(parse_qsl(call.text))
        tells_end = call.headers.get(TELL_END, "").lower() == "true"
        return reply(
            self._tokens.refresh(call.authorization, form, tells_end=tells_end), headers=tid()
        )

    def post(self, call: Call) -> Reply:
        """Create, update, void or delete.

        A repeated ``requestid`` gives the first answer and does nothing.
        """
        body = _parse(call.body)
        done = self._request_ids.once(call.query.get("requestid"), lambda: self._act(call, body))
        return reply(done, headers=tid())

    def _act(self, call: Call, body: Json) -> bytes:
        entity, operation = entity_of(call), call.query.get("operation")
        if operation is None and not body.get("Id"):
            return shown(self._company.create(entity, body))
        stored = self._reader.find(entity, str(body.get("Id")))
        match operation:
            case "void":
                return shown(self._company.void(stored, body))
            case "delete":
                self._company.delete(stored, body)
                return dumps(
                    {
                        entity: {"Id": stored.id, "status": "Deleted", "domain": "QBO"},
                        "time": now_text(),
                    }
                )
            case None | "update":
                return shown(self._company.update(stored, body))
        raise fault("500", f"Operation {operation} is not supported.")


def _parse(raw: bytes) -> Json:
    try:
        body = loads(raw)
    except ValueError as error:
        raise fault("2010", "The request is not JSON") from error
    if not isinstance(body, dict):
        raise fault("2010", "An object is expected")
    return body
