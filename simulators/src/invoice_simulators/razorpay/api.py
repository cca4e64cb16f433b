"""Razorpay's Invoices API on loopback: create, issue, list, read, change, cancel, delete."""

import base64
import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from invoice_simulators.razorpay.account import Account
from invoice_simulators.razorpay.errors import bad_request, general, no_such_id, no_such_url
from invoice_simulators.razorpay.people import People
from invoice_simulators.razorpay.rules import is_customer
from invoice_simulators.razorpay.settings import RazorpaySettings
from invoice_simulators.razorpay.store import InvoiceStore, StoredInvoice, summary
from invoice_simulators.replica import Replica
from invoice_simulators.routing import Route
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply, loads, reply

RECEIPT = re.compile(r'"(?:receipt|invoice_number)"\s*:\s*"([^"]+)"')
INVOICES = "/v1/invoices"
INVOICE = f"{INVOICES}/(?P<id>[^/]+)"
CUSTOMER = "/v1/customers/(?P<id>[^/]+)"


class Razorpay(Simulator[RazorpaySettings]):
    """Handlers and state; ``people`` acts without the client's knowledge."""

    def __init__(self, settings: RazorpaySettings | None = None, clock: Clock = time.time) -> None:
        listed: Replica[StoredInvoice] = Replica(
            lambda: self.settings.lookup_lag_seconds, clock, lambda stored: stored.receipt
        )
        self._store = InvoiceStore(listed)
        self._account = Account(self._store, lambda: self.settings, clock)
        self.people = People(self._store, self._account)
        super().__init__(settings or RazorpaySettings(), clock)

    def routes(self) -> Iterable[Route]:
        """Return the API."""
        return [
            Route("POST", INVOICES, "create", self.create),
            Route("GET", INVOICES, "list", self.list_invoices),
            Route("GET", INVOICE, "get", self.get),
            Route("PATCH", INVOICE, "update", self.update),
            Route("DELETE", INVOICE, "delete", self.delete),
            Route("GET", CUSTOMER, "get-customer", self.get_customer),
            Route("POST", f"{INVOICE}/issue", "issue", self.issue),
            Route("POST", f"{INVOICE}/cancel", "cancel", self.cancel),
        ]

    def authorize(self, call: Call) -> None:
        """Require the key by HTTP Basic."""
        pair = f"{self.settings.key_id}:{self.settings.key_secret}".encode()
        if not hmac.compare_digest(call.authorization.encode(), b"Basic " + base64.b64encode(pair)):
            raise general(401)

    def identify(self, call: Call) -> str | None:
        """Return the receipt of the query, of the body, or of the invoice that the path names."""
        if (receipt := call.query.get("receipt")) is not None:
            return receipt
        found = RECEIPT.search(call.text)
        return found.group(1) if found else self._store.receipt_of(call.url.path)

    def refusal(self, status: int) -> ApiError:
        """Return a refusal with Razorpay's error object."""
        return general(status)

    def unknown(self, call: Call) -> ApiError:  # noqa: ARG002 - the same for all
        """Refuse a path that is not served, with status 400."""
        return no_such_url()

    def documents(self) -> Iterable[Json]:
        """Return the invoices in short."""
        return (summary(stored) for stored in self._store.all())

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what people and time do."""
        return self.people.actions()

    def clear(self) -> None:
        """Forget the invoices."""
        self._store.clear()

    def create(self, call: Call) -> Reply:
        """Store an invoice; nothing is idempotent here."""
        return reply(self._account.create(_parse(call.body)).raw)

    def issue(self, call: Call) -> Reply:
        """Issue a draft."""
        return reply(self._account.issue(call.parts["id"]).raw)

    def update(self, call: Call) -> Reply:
        """Change fields, as far as the status allows."""
        return reply(self._account.update(call.parts["id"], _parse(call.body)).raw)

    def cancel(self, call: Call) -> Reply:
        """Cancel an invoice."""
        return reply(self._account.cancel(call.parts["id"]).raw)

    def delete(self, call: Call) -> Reply:
        """Delete a draft: the answer is an empty list."""
        self._account.delete(call.parts["id"])
        return reply([])

    def get(self, call: Call) -> Reply:
        """Answer one invoice, as it is now."""
        return reply(self._store.get(call.parts["id"]).raw)

    def get_customer(self, call: Call) -> Reply:
        """Answer one customer."""
        customer_id = call.parts["id"]
        if not is_customer(customer_id, self.settings):
            raise no_such_id()
        return reply({"id": customer_id, "entity": "customer", "name": f"Customer {customer_id}"})

    def list_invoices(self, call: Call) -> Reply:
        """Answer a collection, the newest first, from the replica."""
        found = self._store.select(call.query, by_part=self.settings.receipt_filter == "part")
        items = [stored.shown for stored in found]
        return reply({"entity": "collection", "count": len(items), "items": items})


def _parse(raw: bytes) -> Json:
    try:
        body = loads(raw)
    except ValueError as error:
        raise bad_request("The request is not valid JSON.") from error
    if not isinstance(body, dict):
        raise bad_request("The request must be an object.")
    return body
