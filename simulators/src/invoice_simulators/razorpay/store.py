"""The stored invoices. ``receipt`` is not unique: the real API does not promise it."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from invoice_simulators.razorpay.errors import bad_request
from invoice_simulators.razorpay.rules import THREE_DECIMALS, amount_of, currency_of
from invoice_simulators.wire import Json, decimal_text, dumps, loads

LETTERS = string.ascii_letters + string.digits
ZERO_DECIMALS = frozenset({"JPY", "KRW", "VND"})
COUNT = 10
MOST = 100


@dataclass(slots=True)
class StoredInvoice:
    """One invoice; ``raw`` is the object of the API as JSON, a tenth of the size of its tree."""

    id: str
    receipt: str | None
    customer_id: str | None
    created_at: int
    raw: bytes

    @property
    def shown(self) -> Json:
        """The object of the API."""
        tree: Json = loads(self.raw)
        return tree


class InvoiceStore:
    """Invoices by id, oldest first."""

    def __init__(self) -> None:
        self._invoices: dict[str, StoredInvoice] = {}
        self._random = Random(1)  # noqa: S311 - ids only have to look like Razorpay's

    def add(self, body: Json, now: int) -> StoredInvoice:
        """Store a checked invoice; it is issued at once unless ``draft`` is ``"1"``."""
        receipt = body.get("receipt", body.get("invoice_number"))
        shown = self._frame(body, now) | {"receipt": receipt, "invoice_number": receipt}
        stored = StoredInvoice(shown["id"], receipt, shown["customer_id"], now, dumps(shown))
        self._invoices[stored.id] = stored
        return stored

    def get(self, invoice_id: str) -> StoredInvoice:
        """Find by id. Raises ``ApiError``: Razorpay answers 400 for an id that does not exist."""
        if (stored := self._invoices.get(invoice_id)) is None:
            raise bad_request("The id provided does not exist")
        return stored

    def select(self, query: Mapping[str, str]) -> list[StoredInvoice]:
        """List the newest first by ``receipt``, ``customer_id``, ``from``, ``to``, ``skip`` and ``count``."""
        count, skip = _number(query, "count", COUNT), _number(query, "skip", 0)
        if not 1 <= count <= MOST:
            raise bad_request(f"The count must be between 1 and {MOST}.", "count")
        since, until = _number(query, "from", 0), _number(query, "to", 1 << 40)
        found = [
            stored
            for stored in reversed(self._invoices.values())
            if query.get("receipt") in (None, stored.receipt)
            and query.get("customer_id") in (None, stored.customer_id)
            and since <= stored.created_at <= until
        ]
        return found[skip : skip + count]

    def cancel(self, stored: StoredInvoice, now: int) -> None:
        """Cancel an invoice that is not paid."""
        shown = stored.shown
        if shown["status"] not in ("draft", "issued"):
            raise bad_request(f"Operation not allowed for Invoice in {shown['status']} status.")
        stored.raw = dumps(shown | {"status": "cancelled", "cancelled_at": now})

    def clear(self) -> None:
        """Forget everything."""
        self._invoices.clear()

    def documents(self) -> Iterable[Json]:
        """Give what exists in short; ``messages`` are what the customer was sent on creation."""
        for stored in self._invoices.values():
            shown = stored.shown
            sent = {"sms": shown["sms_status"], "email": shown["email_status"]}
            yield {
                "id": stored.id,
                "external_id": stored.receipt,
                "document_type": "invoice",
                "status": shown["status"],
                "currency": shown["currency"],
                "total": _major(shown["amount"], shown["currency"]),
                "customer_id": stored.customer_id,
                "messages": [kind for kind, status in sent.items() if status is not None],
                "lines": [_short_line(line, shown["currency"]) for line in shown["line_items"]],
            }

    def _frame(self, body: Json, now: int) -> Json:
        amount = sum(amount_of(line) for line in body["line_items"])
        is_draft = str(body.get("draft", "0")) == "1"
        given = ("description", "date", "terms", "comment", "expire_by")
        return {
            "id": self._new_id("inv"),
            "entity": "invoice",
            "type": "invoice",
            "customer_id": body.get("customer_id"),
            "customer_details": {"id": body.get("customer_id"), **body.get("customer", {})},
            "order_id": None if is_draft else self._new_id("order"),
            "line_items": [self._line(line, currency_of(body)) for line in body["line_items"]],
            "status": "draft" if is_draft else "issued",
            "sms_status": _message(body, "sms_notify", is_draft=is_draft),
            "email_status": _message(body, "email_notify", is_draft=is_draft),
            "amount": amount,
            "gross_amount": amount,
            "tax_amount": 0,
            "amount_paid": 0,
            "amount_due": amount,
            "currency": currency_of(body),
            "notes": body.get("notes", []),
            "short_url": None if is_draft else "https://rzp.io/i/simulated",
            "idempotency_key": None,
            "issued_at": None if is_draft else now,
            "created_at": now,
            **{name: body.get(name) for name in given},
        }

    def _line(self, line: Json, currency: str) -> Json:
        amount = amount_of(line)
        return {
            "id": self._new_id("li"),
            "item_id": line.get("item_id"),
            "name": line.get("name"),
            "description": line.get("description"),
            "amount": line["amount"],
            "unit_amount": line["amount"],
            "gross_amount": amount,
            "tax_amount": 0,
            "net_amount": amount,
            "currency": currency,
            "type": "invoice",
            "quantity": line.get("quantity", 1),
        }

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}_{''.join(self._random.choices(LETTERS, k=14))}"


def _message(body: Json, name: str, *, is_draft: bool) -> str | None:
    """Tell whether the customer is messaged: Razorpay does unless it is told not to."""
    wanted = body.get(name, True) not in (False, 0, "0")
    return "pending" if wanted and not is_draft else None


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise bad_request(f"The {name} must be an integer.", name)
    return int(text)


def _major(amount: int, currency: str) -> str:
    decimals = 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return decimal_text(Decimal(amount).scaleb(-decimals))


def _short_line(line: Json, currency: str) -> Json:
    return {
        "item": line["item_id"],
        "amount": _major(line["net_amount"], currency),
        "name": line["name"],
        "description": line["description"],
    }
