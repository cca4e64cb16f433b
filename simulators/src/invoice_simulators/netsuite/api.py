"""SuiteTalk REST on loopback: ``invoice`` and ``creditMemo``, and SuiteQL over them."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from invoice_simulators.netsuite.account import Account
from invoice_simulators.netsuite.errors import general, not_served
from invoice_simulators.netsuite.lookup import RECORDS, LookUp, base_url, parse_object, type_of
from invoice_simulators.netsuite.oauth2 import ClientCredentials
from invoice_simulators.netsuite.people import People
from invoice_simulators.netsuite.records import Transaction, external_key, summary
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.netsuite.store import TransactionStore
from invoice_simulators.netsuite.tba import TokenBasedAuthentication
from invoice_simulators.replica import Replica
from invoice_simulators.routing import Route
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply, reply

TOKEN = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
SUITEQL = "/services/rest/query/v1/suiteql"
KIND = f"{RECORDS}/(?P<record_type>invoice|creditMemo)"
RECORD = f"{KIND}/(?P<key>[^/]+)"
EXTERNAL_ID = re.compile(
    r"""/eid:([^/?\s]+)|"externalId"\s*:\s*"([^"]+)"|"""
    r"""externalId\s+IS\s+"([^"]+)"|externalid\)?\s*=\s*'([^']+)'""",
    re.IGNORECASE,
)


class NetSuite(Simulator[NetSuiteSettings]):
    """Handlers and state; ``people`` acts without the client's knowledge."""

    def __init__(self, settings: NetSuiteSettings | None = None, clock: Clock = time.time) -> None:
        seen: Replica[Transaction] = Replica(
            lambda: self.settings.lookup_lag_seconds,
            clock,
            lambda stored: external_key(stored.external_id),
        )
        self._store = TransactionStore(seen)
        self._account = Account(self._store, lambda: self.settings, clock)
        self._look_up = LookUp(self._store, self._account, lambda: self.settings)
        self._tba = TokenBasedAuthentication(lambda: self.settings)
        self._oauth2 = ClientCredentials(lambda: self.settings, clock)
        self.people = People(self._store, self._account)
        super().__init__(settings or NetSuiteSettings(), clock)

    def routes(self) -> Iterable[Route]:
        """Return the record API."""
        return [
            Route("POST", TOKEN, "token", self.token, is_open=True),
            Route("POST", SUITEQL, "query", self._look_up.suiteql),
            Route("POST", KIND, "create", self.create),
            Route("GET", KIND, "list", self._look_up.list_records),
            Route("GET", RECORD, "get", self._look_up.get),
            Route("PATCH", RECORD, "update", self.update),
            Route("DELETE", RECORD, "delete", self.delete),
        ]

    def authorize(self, call: Call) -> None:
        """Require a bearer token, or a signature of token-based authentication."""
        if self._oauth2.accepts(call.authorization):
            return
        if not self._tba.accepts(call.method, str(call.url), call.authorization):
            raise general(401)

    def identify(self, call: Call) -> str | None:
        """Return the external id of the path, the query or the body."""
        found = EXTERNAL_ID.search(f"{call.url.path}\n{call.query.get('q', '')}\n{call.text}")
        return next((group for group in found.groups() if group), None) if found else None

    def refusal(self, status: int) -> ApiError:
        """Return a refusal with ``o:errorDetails``."""
        return general(status)

    def overloaded(self) -> ApiError:
        """Refuse with 429 or, as some accounts do, with a 401 about the login."""
        return self.refusal(401 if self.settings.overload_as_invalid_login else 429)

    def unknown(self, call: Call) -> ApiError:
        """Refuse a record type or address that does not exist."""
        return not_served(call.method, call.url.path)

    def documents(self) -> Iterable[Json]:
        """Return the transactions in short."""
        return (summary(stored) for stored in self._store.all())

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what people and time do."""
        return self.people.actions()

    def clear(self) -> None:
        """Forget transactions and tokens."""
        self._store.clear()
        self._oauth2.clear()

    def token(self, call: Call) -> Reply:
        """Answer a signed assertion, whose audience is this very URL, with a bearer token."""
        return reply(self._oauth2.grant(dict(parse_qsl(call.text)), f"{call.url.origin()}{TOKEN}"))

    def create(self, call: Call) -> Reply:
        """Store a record: 204 with its URL in ``Location``."""
        record_type = type_of(call)
        self._account.check_permission(record_type)
        stored = self._account.create(
            record_type, parse_object(call.body), strict_names=_is_strict(call)
        )
        return Reply(
            204, headers={"Location": f"{base_url(call.url)}/{record_type}/{stored.internal_id}"}
        )

    def update(self, call: Call) -> Reply:
        """Change fields of a record: 204 with its URL in ``Location``."""
        stored = self._find(call)
        self._account.update(stored, parse_object(call.body), strict_names=_is_strict(call))
        return Reply(
            204,
            headers={"Location": f"{base_url(call.url)}/{stored.record_type}/{stored.internal_id}"},
        )

    def delete(self, call: Call) -> Reply:
        """Delete a record: 204."""
        self._account.delete(self._find(call))
        return Reply(204)

    def _find(self, call: Call) -> Transaction:
        self._account.check_permission(type_of(call))
        return self._look_up.held(type_of(call), call.parts["key"])


def _is_strict(call: Call) -> bool:
    return call.headers.get("X-NetSuite-PropertyNameValidation", "").lower() == "error"
