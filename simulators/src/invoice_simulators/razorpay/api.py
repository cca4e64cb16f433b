"""Razorpay's Invoices API on loopback: create, list, read, cancel."""

import base64
import hmac
import re
import time
from collections.abc import Iterable

from aiohttp import web

from invoice_simulators.razorpay.errors import bad_request, general
from invoice_simulators.razorpay.rules import check_invoice
from invoice_simulators.razorpay.settings import RazorpaySettings
from invoice_simulators.razorpay.store import InvoiceStore
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import Json, answer, loads

RECEIPT = re.compile(r'"(?:receipt|invoice_number)"\s*:\s*"([^"]+)"')


class Razorpay(Simulator[RazorpaySettings]):
    """Handlers and state."""

    def __init__(self, settings: RazorpaySettings | None = None) -> None:
        super().__init__(settings or RazorpaySettings())
        self._store = InvoiceStore()

    def routes(self) -> list[web.RouteDef]:
        """Give the API."""
        return [
            web.post("/v1/invoices", self.create, name="create"),
            web.get("/v1/invoices", self.list_invoices, name="list"),
            web.get("/v1/invoices/{id}", self.get, name="get"),
            web.post("/v1/invoices/{id}/cancel", self.cancel, name="cancel"),
        ]

    def identify(self, request: web.Request, body: str) -> str | None:
        """Give the receipt of the query or the body."""
        found = RECEIPT.search(body)
        return request.query.get("receipt") or (found.group(1) if found else None)

    def refuse(self, status: int) -> web.Response:
        """Word a refusal with Razorpay's one error object."""
        return general(status).answer()

    def documents(self) -> Iterable[Json]:
        """Give the invoices in short."""
        return self._store.documents()

    def clear(self) -> None:
        """Forget the invoices."""
        self._store.clear()

    async def create(self, request: web.Request) -> web.Response:
        """Store an invoice; nothing is idempotent here."""
        self._authorize(request)
        body = _parse(await request.read())
        now = int(time.time())
        check_invoice(body, self.settings, now)
        return answer(self._store.add(body, now).shown)

    async def list_invoices(self, request: web.Request) -> web.Response:
        """Answer a collection, the newest first."""
        self._authorize(request)
        items = [stored.shown for stored in self._store.select(request.query)]
        return answer({"entity": "collection", "count": len(items), "items": items})

    async def get(self, request: web.Request) -> web.Response:
        """Answer one invoice."""
        self._authorize(request)
        return answer(self._store.get(request.match_info["id"]).shown)

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel an invoice."""
        self._authorize(request)
        stored = self._store.get(request.match_info["id"])
        self._store.cancel(stored, int(time.time()))
        return answer(stored.shown)

    def _authorize(self, request: web.Request) -> None:
        pair = f"{self.settings.key_id}:{self.settings.key_secret}".encode()
        expected = b"Basic " + base64.b64encode(pair)
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            raise general(401)


def _parse(raw: bytes) -> Json:
    try:
        body = loads(raw)
    except ValueError as error:
        raise bad_request("The request is not valid JSON.") from error
    if not isinstance(body, dict):
        raise bad_request("The request must be an object.")
    return body
