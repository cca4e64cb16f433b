"""SuiteTalk REST on loopback: create and read ``invoice`` and ``creditMemo``."""

import re
from collections.abc import Iterable
from typing import cast
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from invoice_simulators.netsuite.errors import general, invalid_content, user_error
from invoice_simulators.netsuite.oauth2 import ClientCredentials
from invoice_simulators.netsuite.records import TransactionStore, show
from invoice_simulators.netsuite.rules import check_record
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.netsuite.tba import TokenBasedAuthentication
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import Json, answer, loads

RECORDS = "/services/rest/record/v1"
TOKEN = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
CONTENT_TYPE = "application/vnd.oracle.resource+json; type=singular; charset=UTF-8"
EXTERNAL_ID = re.compile(r'/eid:([^/?\s]+)|"externalId"\s*:\s*"([^"]+)"')


class NetSuite(Simulator[NetSuiteSettings]):
    """Handlers and state."""

    def __init__(self, settings: NetSuiteSettings | None = None) -> None:
        super().__init__(settings or NetSuiteSettings())
        self._store = TransactionStore()
        self._tba = TokenBasedAuthentication(lambda: self.settings)
        self._oauth2 = ClientCredentials(lambda: self.settings)

    def routes(self) -> list[web.RouteDef]:
        """Give the record API."""
        kind = "{record_type:invoice|creditMemo}"
        return [
            web.post(TOKEN, self.token, name="token"),
            web.post(f"{RECORDS}/{kind}", self.create, name="create"),
            web.get(f"{RECORDS}/{kind}/{{key}}", self.get, name="get"),
        ]

    def identify(self, request: web.Request, body: str) -> str | None:
        """Give the external id of the path or the body."""
        found = EXTERNAL_ID.search(f"{request.path}\n{body}")
        return next((group for group in found.groups() if group), None) if found else None

    def refuse(self, status: int) -> web.Response:
        """Word a refusal with ``o:errorDetails``."""
        return general(status).answer()

    def overloaded(self) -> web.Response:
        """Refuse with 429, or as some accounts do with a 401 that speaks of the login."""
        return self.refuse(401 if self.settings.overload_as_invalid_login else 429)

    def documents(self) -> Iterable[Json]:
        """Give the transactions in short."""
        return self._store.documents()

    def clear(self) -> None:
        """Forget transactions and tokens."""
        self._store.clear()
        self._oauth2.clear()

    async def token(self, request: web.Request) -> web.Response:
        """Give a bearer token for a signed assertion, whose audience is this very URL."""
        form = dict(parse_qsl((await request.read()).decode()))
        return answer(self._oauth2.grant(form, f"{request.scheme}://{request.host}{TOKEN}"))

    async def create(self, request: web.Request) -> web.Response:
        """Store a record: 204 with its URL in ``Location``."""
        self._authenticate(request)
        record_type = _record_type(request)
        body = _parse(await request.read())
        strict = request.headers.get("X-NetSuite-PropertyNameValidation", "").lower() == "error"
        check_record(record_type, body, self.settings, strict_names=strict)
        stored = self._store.add(record_type, body, self.settings.currencies)
        if stored is None:
            raise user_error(self.settings.duplicate_wording)
        return web.Response(
            status=204, headers={"Location": f"{_base_url(request)}/{record_type}/{stored.internal_id}"}
        )

    async def get(self, request: web.Request) -> web.Response:
        """Answer a record by internal id or ``eid:``."""
        self._authenticate(request)
        stored = self._store.find(_record_type(request), unquote(request.match_info["key"]))
        if stored is None:
            raise general(404)
        expand = request.query.get("expandSubResources") == "true"
        shown = show(stored, _base_url(request), request.query.get("fields"), expand=expand)
        return answer(shown, content_type=CONTENT_TYPE)

    def _authenticate(self, request: web.Request) -> None:
        url = f"{request.scheme}://{request.host}{request.raw_path}"
        authorization = request.headers.get("Authorization", "")
        if not self._oauth2.accepts(authorization) and not self._tba.accepts(request.method, url, authorization):
            raise general(401)


def _record_type(request: web.Request) -> RecordType:
    return cast("RecordType", request.match_info["record_type"])  # the route matches nothing else


def _base_url(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}{RECORDS}"


def _parse(raw: bytes) -> Json:
    try:
        body = loads(raw)
    except ValueError as error:
        raise invalid_content("Invalid content in the request body. It is not JSON.", "") from error
    if not isinstance(body, dict):
        raise invalid_content("Invalid content in the request body. An object is expected.", "")
    return body
