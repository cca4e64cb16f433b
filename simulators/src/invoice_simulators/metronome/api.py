"""Metronome's API on loopback. Invoices are seeded; none is computed here."""

import hmac
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from invoice_simulators.front import CONTROL
from invoice_simulators.metronome.billing_provider import check_writebacks
from invoice_simulators.metronome.listing import bad_request, page, select_invoices
from invoice_simulators.metronome.store import MetronomeStore
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Json, answer, dumps, loads

MESSAGES = {401: "Unauthorized", 403: "Forbidden", 404: "Not found", 429: "Too many requests"}
INVOICE_ID = re.compile(r'/invoices/(?!billingProvider)([^/?\s]+)|"invoice_id"\s*:\s*"([^"]+)"')


@dataclass(frozen=True)
class MetronomeSettings:
    """``not_found_first``: how often each invoice answers 404 before it is there (the webhook ahead of the API)."""

    api_key: str = "simulated-metronome-key"
    webhook_secret: str = "simulated-webhook-secret"  # noqa: S105 - harmless, for loopback only
    not_found_first: int = 0


class Metronome(Simulator[MetronomeSettings]):
    """Handlers and state."""

    def __init__(self, settings: MetronomeSettings | None = None) -> None:
        super().__init__(settings or MetronomeSettings())
        self._store = MetronomeStore()
        self._asked: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """Give Metronome's API."""
        return [
            web.get("/v1/customers", self.list_customers, name="list-customers"),
            web.get("/v1/customers/{customer}", self.get_customer, name="get-customer"),
            web.get("/v1/customers/{customer}/invoices", self.list_invoices, name="list"),
            web.get("/v1/customers/{customer}/invoices/{invoice}", self.get_invoice, name="get"),
            web.post("/v1/invoices/billingProvider", self.write_back, name="writeback"),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """Give the seeds and the write-backs."""
        return [
            web.post(f"{CONTROL}invoices", self.seed_invoices),
            web.post(f"{CONTROL}customers", self.seed_customers),
            web.post(f"{CONTROL}void", self.void),
            web.get(f"{CONTROL}writebacks", self.list_writebacks),
        ]

    def identify(self, request: web.Request, body: str) -> str | None:
        """Give the invoice id of the path or of the first write-back."""
        found = INVOICE_ID.search(f"{request.path}\n{body}")
        return next((group for group in found.groups() if group), None) if found else None

    def refuse(self, status: int) -> web.Response:
        """Word a refusal: one field ``message``; 429 says which limit was hit."""
        headers = {"X-Metronome-Rate-Limit-Type": "client"} if status == 429 else {}
        return answer({"message": MESSAGES.get(status, "Internal server error")}, status=status, headers=headers)

    def documents(self) -> Iterable[Json]:
        """Give the invoices in short."""
        for invoice in self._store.invoices.values():
            short = {name: invoice.facts[name] for name in ("id", "customer_id", "status", "type", "external_invoice")}
            yield {**short, "total": str(invoice.facts["total"])}

    def clear(self) -> None:
        """Forget invoices, customers and write-backs."""
        self._store.clear()
        self._asked.clear()

    async def get_invoice(self, request: web.Request) -> web.Response:
        """Answer one invoice; 404 where it is unknown or another customer's."""
        self._authorize(request)
        invoice_id = request.match_info["invoice"]
        invoice = self._store.invoices.get(invoice_id)
        self._asked[invoice_id] += 1
        if invoice is None or self._asked[invoice_id] <= self.settings.not_found_first:
            raise _not_found("Invoice")
        if invoice.facts["customer_id"] != request.match_info["customer"]:
            raise _not_found("Invoice")
        return web.Response(body=b'{"data":' + invoice.raw + b"}", content_type="application/json")

    async def list_invoices(self, request: web.Request) -> web.Response:
        """Answer a page of a customer's invoices."""
        self._authorize(request)
        invoices = self._store.invoices_of(request.match_info["customer"])
        chosen = [invoice.raw for invoice in select_invoices(invoices, request.query)]
        return web.Response(body=page(chosen, request.query), content_type="application/json")

    async def list_customers(self, request: web.Request) -> web.Response:
        """Answer a page of the active customers, or with ``only_archived=true`` of the archived ones."""
        self._authorize(request)
        archived = request.query.get("only_archived") == "true"
        chosen = [dumps(each) for each in self._store.customers.values() if bool(each.get("archived_at")) is archived]
        return web.Response(body=page(chosen, request.query), content_type="application/json")

    async def get_customer(self, request: web.Request) -> web.Response:
        """Answer one customer."""
        self._authorize(request)
        if (customer := self._store.customers.get(request.match_info["customer"])) is None:
            raise _not_found("Customer")
        return answer({"data": customer})

    async def write_back(self, request: web.Request) -> web.Response:
        """Take statuses of documents: all of a request or none. The answer is not documented; here an empty object."""
        self._authorize(request)
        try:
            tree = loads(await request.read())
        except ValueError as error:
            raise bad_request("Invalid JSON") from error
        items = check_writebacks(tree)
        if any(item["invoice_id"] not in self._store.invoices for item in items):
            raise _not_found("Invoice")
        for item in items:
            self._store.write_back(item)
        return answer({})

    async def seed_invoices(self, request: web.Request) -> web.Response:
        """Store a list of invoice objects."""
        for invoice in loads(await request.read()):
            self._store.add_invoice(invoice)
        return answer({})

    async def seed_customers(self, request: web.Request) -> web.Response:
        """Store a list of customer objects."""
        for customer in loads(await request.read()):
            self._store.customers[customer["id"]] = customer
        return answer({})

    async def void(self, request: web.Request) -> web.Response:
        """Void an invoice: it keeps its lines, and no webhook is sent."""
        invoice_id = loads(await request.read())["id"]
        self._store.change_invoice(invoice_id, status="VOID")
        return answer({})

    async def list_writebacks(self, _request: web.Request) -> web.Response:
        """List the accepted write-backs."""
        return answer(self._store.writebacks)

    def _authorize(self, request: web.Request) -> None:
        expected = f"Bearer {self.settings.api_key}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            raise ApiError(401, {"message": MESSAGES[401]})


def _not_found(what: str) -> ApiError:
    return ApiError(404, {"message": f"{what} not found"})
