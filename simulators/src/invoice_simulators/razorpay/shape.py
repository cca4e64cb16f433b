"""Build the API's invoice object from a checked request, and the request from it.

Pure.
"""

import string
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from invoice_simulators.razorpay.rules import THREE_DECIMALS, amount_of, currency_of
from invoice_simulators.wire import Json, decimal_text

LETTERS = string.ascii_letters + string.digits
ZERO_DECIMALS = frozenset({"JPY", "KRW", "VND"})
GIVEN = (
    "description",
    "date",
    "terms",
    "comment",
    "expire_by",
    "callback_url",
    "callback_method",
    "ref_num",
)
LINE = ("item_id", "name", "description", "amount", "currency", "quantity")
SWITCHES = {"sms": "sms_notify", "email": "email_notify"}


def new_id(random: Random, prefix: str) -> str:
    """Draw an id that looks like Razorpay's."""
    return f"{prefix}_{''.join(random.choices(LETTERS, k=14))}"


def frame(body: Json, invoice_id: str, now: int, random: Random) -> Json:
    """Return a draft: no order, no link, nothing due."""
    amount = sum(amount_of(line) for line in body["line_items"])
    receipt = body.get("receipt", body.get("invoice_number"))
    made = new_id(random, "cust") if "customer" in body else None
    customer_id = body.get("customer_id", made)
    return {
        "id": invoice_id,
        "entity": "invoice",
        "type": "invoice",
        "receipt": receipt,
        "invoice_number": receipt,
        "customer_id": customer_id,
        "customer_details": {"id": customer_id, **body.get("customer", {})},
        "order_id": None,
        "payment_id": None,
        "line_items": [_line(line, currency_of(body), random) for line in body["line_items"]],
        "status": "draft",
        "sms_status": None,
        "email_status": None,
        "amount": amount,
        "gross_amount": amount,
        "tax_amount": 0,
        "amount_paid": None,
        "amount_due": None,
        "currency": currency_of(body),
        "partial_payment": bool(body.get("partial_payment", False)),
        "notes": body.get("notes", []),
        "short_url": None,
        "idempotency_key": None,
        "issued_at": None,
        "paid_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "created_at": now,
        **{name: body.get(name) for name in GIVEN},
    }


def request_of(shown: Mapping[str, Any]) -> Json:
    """Return the request that would make this invoice again."""
    kept = ("type", "receipt", "customer_id", "currency", "notes", "partial_payment", *GIVEN)
    given = {name: shown[name] for name in kept if shown[name] is not None and shown[name] != []}
    lines = [
        {name: line[name] for name in LINE if line[name] is not None}
        for line in shown["line_items"]
    ]
    return {**given, "line_items": lines}


def wanted_messages(body: Json) -> tuple[str, ...]:
    """Return the kinds of messages to the customer that the request does not switch off."""
    return tuple(
        kind for kind, name in SWITCHES.items() if body.get(name, True) not in (False, 0, "0")
    )


def major(amount: int, currency: str) -> str:
    """Return an amount in major units."""
    decimals = 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return decimal_text(Decimal(amount).scaleb(-decimals))


def minor(amount: str, currency: str) -> int:
    """Return an amount in smallest units. Raises ``ArithmeticError`` if it is not a number."""
    return int(Decimal(amount) / Decimal(major(1, currency)))


def _line(line: Json, currency: str, random: Random) -> Json:
    amount = amount_of(line)
    return {
        "id": new_id(random, "li"),
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
