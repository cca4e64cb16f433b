"""Metronome's API on loopback. Invoices are seeded; none is computed here."""

import hmac
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from invoice_simulators.metronome.accounts import Accounts, body_of, not_found, parse
from invoice_simulators.metronome.billing_provider import check_writebacks
from invoice_simulators.metronome.fields import PLACES
from invoice_simulators.metronome.listing import (
    bad_request,
    page,
    select_invoices,
    without_idle_lines,
)
from invoice_simulators.metronome.people import People
from invoice_simulators.metronome.settings import MetronomeSettings
from invoice_simulators.metronome.store import MetronomeStore
from invoice_simulators.routing import Route
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply, dumps, loads, reply

MESSAGES = {401: "Unauthorized", 403: "Forbidden", 404: "Not found", 429: "Too many requests"}
INVOICE_ID = re.compile(r'/invoices/(?!billingProvider)([^/?\s]+)|"invoice_id"\s*:\s*"([^"]+)"')
CUSTOMERS = "/v1/customers"
CUSTOMER = f"{CUSTOMERS}/(?P<customer>[^/]+)"
CONTRACTS = "/v(?P<version>[12])/contracts"
CONFIGURATIONS = "/v1/getCustomerBillingProviderConfigurations"


class Metronome(Simulator[MetronomeSettings]):
    """Handlers and state; ``people`` fills and changes the data."""

    def __init__(self, settings: MetronomeSettings | None = None, clock: Clock = time.time) -> None:
        self._store = MetronomeStore()
        self._asked: Counter[str] = Counter()
        self._accounts = Accounts(self._store)
        self.people = People(self._store)
        super().__init__(settings or MetronomeSettings(), clock)

    def routes(self) -> Iterable[Route]:
        """Return Metronome's API."""
        return [
            Route("GET", CUSTOMERS, "list-customers", self._accounts.list_customers),
            Route("GET", CUSTOMER, "get-customer", self._accounts.get_customer),
            Route("GET", f"{CUSTOMER}/invoices", "list", self.list_invoices),
            Route("GET", f"{CUSTOMER}/invoices/(?P<invoice>[^/]+)", "get", self.get_invoice),
            Route("POST", "/v1/invoices/billingProvider", "writeback", self.write_back),
            Route("POST", f"{CONTRACTS}/get", "get-contract", self._accounts.get_contract),
            Route("POST", f"{CONTRACTS}/list", "list-contracts", self._accounts.list_contracts),
            Route("POST", CONFIGURATIONS, "configurations", self._accounts.list_configurations),
            Route("POST", "/v1/customFields/setValues", "set-fields", self.set_fields),
        ]

    def authorize(self, call: Call) -> None:
        """Require the API key."""
        expected = f"Bearer {self.settings.api_key}"
        if not hmac.compare_digest(call.authorization.encode(), expected.encode()):
            raise self.refusal(401)

    def identify(self, call: Call) -> str | None:
        """Return the invoice id of the path or of the first write-back."""
        found = INVOICE_ID.search(f"{call.url.path}\n{call.text}")
        return next((group for group in found.groups() if group), None) if found else None

    def refusal(self, status: int) -> ApiError:
        """Return a refusal with one field ``message``; 429 says which limit was hit."""
        headers = {"X-Metronome-Rate-Limit-Type": "client"} if status == 429 else {}
        return ApiError(
            status, {"message": MESSAGES.get(status, "Internal server error")}, headers=headers
        )

    def documents(self) -> Iterable[Json]:
        """Return the invoices in short."""
        for invoice in self._store.invoices.values():
            short = {
                name: invoice.facts[name]
                for name in ("id", "customer_id", "status", "type", "external_invoice")
            }
            yield {**short, "total": str(invoice.facts["total"])}

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what people do, and the seeds."""
        return self.people.actions()

    def views(self) -> Mapping[str, Callable[[], Iterable[Any]]]:
        """Return what can be read back: the accepted write-backs, too."""
        return {**super().views(), "writebacks": lambda: self._store.writebacks}

    def clear(self) -> None:
        """Forget everything that was seeded, and the write-backs."""
        self._store.clear()
        self._asked.clear()

    def get_invoice(self, call: Call) -> Reply:
        """Answer one invoice; 404 if it is unknown or another customer's."""
        invoice_id = call.parts["invoice"]
        invoice = self._store.invoices.get(invoice_id)
        self._asked[invoice_id] += 1
        if invoice is None or self._asked[invoice_id] <= self.settings.not_found_first:
            raise not_found("Invoice")
        if invoice.facts["customer_id"] != call.parts["customer"]:
            raise not_found("Invoice")
        return reply(b'{"data":' + _shown(invoice.raw, call) + b"}")

    def list_invoices(self, call: Call) -> Reply:
        """Answer a page of a customer's invoices."""
        chosen = select_invoices(self._store.invoices_of(call.parts["customer"]), call.query)
        return reply(page([_shown(invoice.raw, call) for invoice in chosen], call.query))

    def set_fields(self, call: Call) -> Reply:
        """Set custom fields of one entity; the answer has no body."""
        asked = body_of(call, "entity", "entity_id", "custom_fields")
        if asked["entity"] not in PLACES or not isinstance(asked["custom_fields"], dict):
            raise bad_request("Invalid entity or custom_fields")
        self._store.set_fields(asked["entity"], asked["entity_id"], asked["custom_fields"])
        return Reply(200)

    def write_back(self, call: Call) -> Reply:
        """Accept statuses of documents: all of a request or none.

        The answer is not documented; here an empty object.
        """
        items = check_writebacks(parse(call))
        if any(item["invoice_id"] not in self._store.invoices for item in items):
            raise not_found("Invoice")
        for item in items:
            self._store.write_back(item)
        return reply({})


def _shown(raw: bytes, call: Call) -> bytes:
    skips = call.query.get("skip_zero_qty_line_items") == "true"
    return dumps(without_idle_lines(loads(raw))) if skips else raw
