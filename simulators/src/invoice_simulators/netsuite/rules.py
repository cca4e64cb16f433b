"""NetSuite's rules for an invoice or credit memo.

Pure: body and settings in, or a refusal.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from invoice_simulators.netsuite.errors import invalid_content, invalid_reference, user_error
from invoice_simulators.netsuite.schema import HEADER, LINE, RecordType, check_names, check_values
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.wire import Json, is_number

CENT = Decimal("0.01")
# NetSuite rounds a rate to 8 decimals before it multiplies (getlago/lago-api pull request 2874).
RATE_PRECISION = Decimal("1E-8")

MAX_QUANTITY = Decimal("1E10")
# NetSuite refuses quantities beyond this (getlago/lago-api pull requests 2895 and 4366).
MAX_QUANTITY_DECIMALS = 15

# The price level that keeps a line's amount as sent.
CUSTOM_PRICE = "-1"

EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]+")
LINE_LIMIT = 5000


def check_record(
    record_type: RecordType, body: Json, settings: NetSuiteSettings, *, strict_names: bool
) -> None:
    """Check a whole record. Raises ``ApiError`` for the first rule that is broken."""
    if strict_names:
        check_names(body, HEADER[record_type], settings.custom_fields)
    check_values(body)
    _check_entity(body, settings)
    _check_currency(body, settings)
    _check_external_id(body)
    _check_period(body, settings)
    for index, line in enumerate(lines_of(body)):
        _check_line(line, f"item.items[{index}].", settings, strict_names=strict_names)
    if total_of(body) < 0:
        raise user_error("The total can not be negative.")


def priced(body: Json, prices: Mapping[str, str]) -> Json:
    """Apply the account's prices to lines without the custom price level."""
    return (
        body | {"item": {"items": [_priced(line, prices) for line in lines_of(body)]}}
        if prices
        else body
    )


def _priced(line: Json, prices: Mapping[str, str]) -> Json:
    price = prices.get(line["item"]["id"])
    if price is None or line.get("price", {}).get("id") == CUSTOM_PRICE:
        return line
    amount = (Decimal(line.get("quantity", 1)) * Decimal(price)).quantize(CENT, ROUND_HALF_UP)
    return line | {"rate": Decimal(price), "amount": amount}


def lines_of(body: Mapping[str, Any]) -> list[Json]:
    """Return the item lines.

    Raises ``ApiError`` if there is none, or the sublist has another form.
    """
    sublist = body.get("item")
    lines = sublist.get("items") if isinstance(sublist, dict) else None
    if not isinstance(lines, list) or not lines:
        raise user_error("You must enter at least one line item for this transaction.", "item")
    if len(lines) > LINE_LIMIT:
        raise user_error(f"A transaction can not have more than {LINE_LIMIT} lines.", "item")
    if not all(isinstance(line, dict) for line in lines):
        raise invalid_content(
            "Invalid content in the request body. A line must be an object.", "item.items"
        )
    return lines


def amount_of(line: Mapping[str, Any]) -> Decimal:
    """Return a line's amount: as sent, else quantity by rate, which NetSuite rounds first."""
    if "amount" in line:
        return Decimal(line["amount"])
    rate = Decimal(line["rate"]).quantize(RATE_PRECISION, ROUND_HALF_UP)
    return (Decimal(line.get("quantity", 1)) * rate).quantize(CENT, ROUND_HALF_UP)


def total_of(body: Mapping[str, Any]) -> Decimal:
    """Sum the amounts."""
    return sum((amount_of(line) for line in lines_of(body)), Decimal("0.00"))


def _check_entity(body: Json, settings: NetSuiteSettings) -> None:
    if "entity" not in body:
        raise user_error("Please enter value(s) for: Customer", "entity")
    customer = body["entity"].get("id")
    if not is_known(customer, settings.unknown_customers):
        raise invalid_reference(customer, "entity", "entity")
    if customer in settings.inactive_customers:
        raise user_error(f"The customer {customer} is inactive.", "entity")


def _check_currency(body: Json, settings: NetSuiteSettings) -> None:
    if "currency" in body and body["currency"].get("id") not in settings.currencies:
        raise invalid_reference(body["currency"].get("id"), "currency", "currency")


def _check_external_id(body: Json) -> None:
    external_id = body.get("externalId")
    if external_id is not None and not EXTERNAL_ID.fullmatch(external_id):
        raise invalid_content(
            "Invalid content in the request body. An external ID holds A-Z a-z 0-9 _ -.",
            "externalId",
        )


def _check_period(body: Json, settings: NetSuiteSettings) -> None:
    if (
        settings.closed_before is not None
        and "tranDate" in body
        and body["tranDate"] < settings.closed_before
    ):
        raise user_error(
            "The transaction date you specified is not within an open accounting period.",
            "tranDate",
        )


def _check_line(line: Json, at: str, settings: NetSuiteSettings, *, strict_names: bool) -> None:
    if strict_names:
        check_names(line, LINE, settings.custom_fields, at)
    check_values(line, at)
    if "item" not in line:
        raise user_error("Please enter value(s) for: Item", f"{at}item")
    item = line["item"].get("id")
    if not is_known(item, settings.unknown_items):
        raise invalid_reference(item, "item", f"{at}item")
    if item in settings.inactive_items:
        raise user_error(f"The item {item} is inactive.", f"{at}item")
    _check_numbers(line, at)


def _check_numbers(line: Json, at: str) -> None:
    for name in ("quantity", "rate", "amount"):
        if name in line and not is_number(line[name]):
            raise invalid_content(
                "Invalid content in the request body. The value must be a number.", at + name
            )
    quantity = Decimal(line.get("quantity", 0))
    if abs(quantity) >= MAX_QUANTITY or quantity != round(quantity, MAX_QUANTITY_DECIMALS):
        raise invalid_content(
            f"Invalid content in the request body. Invalid number: {quantity}", f"{at}quantity"
        )
    if "amount" not in line and "rate" not in line:
        raise user_error("Please enter value(s) for: Amount", f"{at}amount")
    if "amount" in line and Decimal(line["amount"]) % CENT:
        raise invalid_content(
            f"Invalid number (must have at most 2 decimals): {line['amount']}", f"{at}amount"
        )


def is_known(internal_id: Any, unknown: tuple[str, ...]) -> bool:
    """Whether a customer or item exists: any number that is not listed as unknown."""
    return isinstance(internal_id, str) and internal_id.isdecimal() and internal_id not in unknown
