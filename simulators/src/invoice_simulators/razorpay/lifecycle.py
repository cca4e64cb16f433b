"""The transitions of an invoice's status, and what each status allows to change.

Pure: object in, object out.
"""

from random import Random
from typing import Any

from invoice_simulators.razorpay.errors import bad_request, not_allowed, not_wanted
from invoice_simulators.razorpay.shape import new_id
from invoice_simulators.wire import Json

UNPAID = ("draft", "issued")
PAYABLE = ("issued", "partially_paid")
NEVER_CHANGED = frozenset({"sms_notify", "email_notify", "draft", "date"})
OF_ISSUED = frozenset({"partial_payment", "receipt", "comment", "terms", "notes", "expire_by"})
OF_SETTLED = frozenset({"notes"})


def issued(shown: Json, now: int, messages: tuple[str, ...], random: Random) -> Json:
    """Issue a draft; the wanted messages become pending."""
    if shown["status"] != "draft":
        raise not_allowed(shown["status"])
    if shown["customer_id"] is None:
        raise bad_request("The customer field is required.", "customer")
    return shown | {
        "status": "issued",
        "issued_at": now,
        "order_id": new_id(random, "order"),
        "short_url": "https://rzp.io/i/simulated",
        "amount_paid": 0,
        "amount_due": shown["amount"],
        **{f"{kind}_status": "pending" for kind in messages},
    }


def cancelled(shown: Json, now: int) -> Json:
    """Cancel an unpaid invoice."""
    if shown["status"] not in UNPAID:
        raise not_allowed(shown["status"])
    return shown | {"status": "cancelled", "cancelled_at": now}


def expired(shown: Json, now: int) -> Json:
    """End an issued invoice that was not paid in time."""
    if shown["status"] != "issued":
        raise not_allowed(shown["status"])
    return shown | {"status": "expired", "expired_at": now}


def deleted(shown: Json) -> Json:
    """Delete a draft."""
    if shown["status"] != "draft":
        raise not_allowed(shown["status"])
    return shown | {"status": "deleted"}


def paid(shown: Json, amount: int, now: int, random: Random) -> Json:
    """Take a payment, in the smallest unit."""
    if shown["status"] not in PAYABLE:
        raise not_allowed(shown["status"])
    if not 0 < amount <= shown["amount_due"]:
        raise bad_request("The amount exceeds what is due.", "amount")
    due = shown["amount_due"] - amount
    settled = {"status": "partially_paid"} if due else {"status": "paid", "paid_at": now}
    taken: dict[str, Any] = {"amount_paid": shown["amount_paid"] + amount, "amount_due": due}
    return shown | taken | settled | {"payment_id": new_id(random, "pay")}


def check_change(shown: Json, changes: Json) -> None:
    """Raise ``ApiError`` for a field that must not be changed in this status."""
    if shown["status"] == "draft":
        refused = set(changes) & NEVER_CHANGED
    else:
        refused = set(changes) - (OF_ISSUED if shown["status"] == "issued" else OF_SETTLED)
    if refused:
        raise not_wanted(sorted(refused))
