"""The stored invoices, and the replica for the list.

``receipt`` is not unique: the real API does not promise it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from invoice_simulators.razorpay.errors import bad_request, no_such_id
from invoice_simulators.razorpay.shape import major
from invoice_simulators.replica import Replica
from invoice_simulators.wire import Json, dumps, loads

INVOICE_ID = re.compile(r"inv_\w+")
COUNT = 10
MAX_COUNT = 100
# The state by status, with the names that all simulators use; any other status is open.
STATES = {"draft": "draft", "cancelled": "void", "expired": "void", "paid": "paid"}


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """One invoice; ``raw`` is the API's object as JSON, a tenth of its tree's size.

    ``messages`` are the kinds that its creator did not switch off.
    """

    id: str
    receipt: str | None
    customer_id: str | None
    created_at: int
    messages: tuple[str, ...]
    raw: bytes

    @property
    def shown(self) -> Json:
        """The object of the API."""
        tree: Json = loads(self.raw)
        return tree


class InvoiceStore:
    """Invoices by id, oldest first. ``replica`` is what the list reads."""

    def __init__(self, replica: Replica[StoredInvoice]) -> None:
        self._invoices: dict[str, StoredInvoice] = {}
        self.replica = replica

    def put(self, shown: Json, messages: tuple[str, ...]) -> StoredInvoice:
        """Store an invoice, or its next state."""
        given = {name: shown[name] for name in ("id", "receipt", "customer_id", "created_at")}
        stored = StoredInvoice(**given, messages=messages, raw=dumps(shown))
        self._invoices[stored.id] = stored
        self.replica.write(stored.id, stored)
        return stored

    def change(self, stored: StoredInvoice, shown: Json) -> StoredInvoice:
        """Store the next state of an invoice."""
        return self.put(shown, stored.messages)

    def delete(self, stored: StoredInvoice, shown: Json, *, stays_listed: bool) -> None:
        """Delete an invoice, or keep its last status in the list."""
        del self._invoices[stored.id]
        self.replica.write(stored.id, replace(stored, raw=dumps(shown)) if stays_listed else None)

    def get(self, invoice_id: str) -> StoredInvoice:
        """Find by id. Raises ``ApiError``: Razorpay answers 400 for an id that does not exist."""
        if (stored := self._invoices.get(invoice_id)) is None:
            raise no_such_id()
        return stored

    def receipt_of(self, text: str) -> str | None:
        """Return the receipt of the invoice whose id is in a text, if any."""
        found = INVOICE_ID.search(text)
        stored = self._invoices.get(found.group()) if found else None
        return stored.receipt if stored else None

    def select(self, query: Mapping[str, str], *, by_part: bool) -> list[StoredInvoice]:
        """Return the invoices for a query, the newest first.

        ``by_part``: a part of the receipt is enough.
        """
        count, skip = _number(query, "count", COUNT), _number(query, "skip", 0)
        if not 1 <= count <= MAX_COUNT:
            raise bad_request(f"The count must be between 1 and {MAX_COUNT}.", "count")
        since, until = _number(query, "from", 0), _number(query, "to", 1 << 40)
        found = [
            stored
            for stored in self._with_receipt(query.get("receipt"), by_part=by_part)
            if query.get("customer_id") in (None, stored.customer_id)
            and query.get("type") in (None, "invoice")
            and since <= stored.created_at <= until
        ]
        return found[::-1][skip : skip + count]

    def clear(self) -> None:
        """Forget everything."""
        self._invoices.clear()
        self.replica.clear()

    def all(self) -> Iterable[StoredInvoice]:
        """Return what exists, oldest first."""
        return self._invoices.values()

    def _with_receipt(self, receipt: str | None, *, by_part: bool) -> Iterable[StoredInvoice]:
        if receipt is None:
            return self.replica.values()
        if not by_part:
            return self.replica.find(receipt)
        return (stored for stored in self.replica.values() if receipt in (stored.receipt or ""))


def summary(stored: StoredInvoice) -> Json:
    """Return an invoice with the field names that all simulators use.

    ``messages`` are what the customer was sent.
    """
    shown = stored.shown
    sent = {"sms": shown["sms_status"], "email": shown["email_status"]}
    return {
        "id": stored.id,
        "external_id": stored.receipt,
        "document_type": "invoice",
        "state": STATES.get(shown["status"], "open"),
        "status": shown["status"],
        "currency": shown["currency"],
        "total": major(shown["amount"], shown["currency"]),
        "customer_id": stored.customer_id,
        "note": shown["description"],
        "messages": [kind for kind, status in sent.items() if status is not None],
        "lines": [_short_line(line, shown["currency"]) for line in shown["line_items"]],
    }


def _short_line(line: Json, currency: str) -> Json:
    return {
        "item": line["item_id"],
        "amount": major(line["net_amount"], currency),
        "name": line["name"],
        "description": line["description"],
    }


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise bad_request(f"The {name} must be an integer.", name)
    return int(text)
