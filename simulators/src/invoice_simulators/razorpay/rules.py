"""Razorpay's rules for an invoice. Pure."""

import re
from typing import Any

from invoice_simulators.razorpay.errors import bad_request, no_such_id, not_wanted
from invoice_simulators.razorpay.settings import RazorpaySettings
from invoice_simulators.wire import Json

FIELDS = frozenset(
    """
    type description date customer_id customer line_items expire_by sms_notify email_notify
    partial_payment currency notes terms comment receipt invoice_number draft order_id
    callback_url callback_method ref_num
    """.split()  # noqa: SIM905 - reads better than 20 lines
)
LINE_FIELDS = frozenset({"item_id", "name", "description", "amount", "currency", "quantity"})
CUSTOMER_ID = re.compile(r"cust_[A-Za-z0-9]{14}")
# Texts, because the number 1 is refused.
DRAFT = ("0", "1")

LINE_LIMIT = 50
TEXT_LENGTH = 2048
RECEIPT_LENGTH = 40
NOTES = 15
NOTE_LENGTH = 256
# The minimum of a line: one rupee.
MIN_PAISE = 100

EXPIRY_LEAD = 15 * 60
THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR"})


def check_invoice(body: Json, settings: RazorpaySettings, now: int) -> None:
    """Check a whole request.

    ``now`` is Unix seconds. Raises ``ApiError`` for the first rule that is broken.
    """
    _refuse_extra(body, FIELDS)
    if body.get("type") != "invoice":
        raise bad_request("The type field is required.", "type")
    _check_customer(body, settings)
    check_texts(body)
    if body.get("draft", "0") not in DRAFT:
        raise bad_request("The selected draft is invalid.", "draft")
    if "date" in body and not _is_integer(body["date"]):
        raise bad_request("The date must be an integer.", "date")
    if "expire_by" in body and (
        not _is_integer(body["expire_by"]) or body["expire_by"] < now + EXPIRY_LEAD
    ):
        raise bad_request("expire_by should be at least 15 minutes after current time", "expire_by")
    _check_lines(body)
    _check_currency(body, settings)
    _check_amount(body)


def with_items(body: Json, settings: RazorpaySettings) -> Json:
    """Return a body whose lines have the fields of the items that they name.

    Raises ``ApiError`` for an unknown one.
    """
    lines = body.get("line_items")
    return (
        body | {"line_items": [_filled(line, settings) for line in lines]}
        if isinstance(lines, list)
        else body
    )


def amount_of(line: Json) -> int:
    """Return a line's amount in the smallest unit: the price of one by the quantity."""
    amount: int = line["amount"] * line.get("quantity", 1)
    return amount


def currency_of(body: Json) -> str:
    """Return the invoice's currency."""
    return str(body.get("currency", "INR"))


def _filled(line: Any, settings: RazorpaySettings) -> Any:
    if not isinstance(line, dict) or "item_id" not in line:
        return line
    if line["item_id"] not in settings.items:
        raise no_such_id("item_id")
    return settings.items[line["item_id"]] | line


def _refuse_extra(body: Json, known: frozenset[str]) -> None:
    if extra := sorted(set(body) - known):
        raise not_wanted(extra)


def _check_customer(body: Json, settings: RazorpaySettings) -> None:
    is_given = "customer_id" in body or isinstance(body.get("customer"), dict)
    if not is_given and body.get("draft") != "1":
        raise bad_request("The customer field is required.", "customer")
    customer_id = body.get("customer_id")
    if customer_id is not None and not is_customer(customer_id, settings):
        raise no_such_id("customer_id")


def is_customer(customer_id: Any, settings: RazorpaySettings) -> bool:
    """Whether there is such a customer."""
    has_form = isinstance(customer_id, str) and CUSTOMER_ID.fullmatch(customer_id) is not None
    return has_form and customer_id not in settings.unknown_customers


def check_texts(body: Json) -> None:
    """Check the lengths of texts and notes. Raises ``ApiError``."""
    for name in ("description", "terms", "comment"):
        _check_text(body, name, TEXT_LENGTH)
    for name in ("receipt", "invoice_number"):
        _check_text(body, name, RECEIPT_LENGTH)
        if body.get(name) == "":
            raise bad_request(f"The {name} must be at least 1 characters.", name)
    notes = body.get("notes", {})
    if not isinstance(notes, dict) or len(notes) > NOTES:
        raise bad_request(
            f"Number of fields in notes should be less than or equal to {NOTES}", "notes"
        )
    for name in notes:
        _check_text(notes, name, NOTE_LENGTH)


def _check_text(body: Json, name: str, limit: int) -> None:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise bad_request(f"The {name} must be a string.", name)
    if len(value) > limit:
        raise bad_request(f"The {name} may not be greater than {limit} characters.", name)


def _check_lines(body: Json) -> None:
    lines = body.get("line_items")
    if not isinstance(lines, list) or not lines:
        raise bad_request("The line items field is required.", "line_items")
    if len(lines) > LINE_LIMIT:
        raise bad_request(
            f"The line items may not have more than {LINE_LIMIT} items.", "line_items"
        )
    for line in lines:
        _check_line(line, currency_of(body))


def _check_line(line: Any, currency: str) -> None:
    if not isinstance(line, dict):
        raise bad_request("The line items must be an array.", "line_items")
    _refuse_extra(line, LINE_FIELDS)
    if not line.get("name") and "item_id" not in line:
        raise bad_request("The name field is required when item id is not present.", "name")
    _check_text(line, "description", TEXT_LENGTH)
    if currency == "INR":
        _check_integer(line, "amount", MIN_PAISE, "INR 1.00")
    else:  # no minimum is documented
        _check_integer(line, "amount", 0, "0")
    if "quantity" in line:
        _check_integer(line, "quantity", 1, "1")


def _check_integer(line: Json, name: str, least: int, in_words: str) -> None:
    value: Any = line.get(name)
    if not _is_integer(value):
        raise bad_request(f"The {name} must be an integer.", name)
    if value < least:
        raise bad_request(f"The {name} must be at least {in_words}.", name)


def _check_currency(body: Json, settings: RazorpaySettings) -> None:
    currency = currency_of(body)
    if any(line.get("currency", currency) != currency for line in body["line_items"]):
        raise bad_request("Currency of all items should be the same as of the invoice.", "currency")
    if currency != "INR" and not settings.international:
        raise bad_request(
            "International transactions are not activated on your account.", "currency"
        )


def _check_amount(body: Json) -> None:
    total = sum(amount_of(line) for line in body["line_items"])
    if total < 1:
        raise bad_request("Order amount less than minimum amount allowed", "amount")
    if currency_of(body) in THREE_DECIMALS and total % 10:
        raise bad_request("The last digit of the amount must be 0 for this currency.", "amount")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
