"""Turn a formatted invoice into NetSuite's record. Pure.

The same invoice gives the same bytes. Tax fields are never sent, because NetSuite computes tax.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from invoice_providers.amounts import EXACT, multiplies_out, plain
from invoice_providers.messages import check_lines, cut, described, memo
from invoice_providers.netsuite.extra_fields import (
    MAX_DESCRIPTION,
    MAX_MEMO,
    extra_fields,
    overridden,
)
from invoice_shared.errors import Rejected
from invoice_shared.invoice import DocumentType, FormattedInvoice, LineItem
from invoice_shared.text import visible

RecordType = Literal["invoice", "creditMemo"]

MAX_LINES = 5000
# NetSuite rounds a finer rate, so the product would differ from the amount.
MAX_RATE_DECIMALS = 8
MAX_QUANTITY = Decimal("1E10")
# NetSuite refuses quantities beyond this (getlago/lago-api pull requests 2895 and 4366).
MAX_QUANTITY_DECIMALS = 15
# The price level that keeps a line's amount. Any other may replace it by the item's own price.
CUSTOM_PRICE = {"id": "-1"}


@dataclass(frozen=True, slots=True)
class Options:
    """The account's options.

    ``currency_ids`` maps ISO 4217 codes to internal ids; ``None`` = a USD-only account.
    """

    currency_ids: Mapping[str, str] | None = None
    custom_form: Mapping[str, str] = field(default_factory=dict)


def record_type(document_type: DocumentType) -> RecordType:
    """Return NetSuite's name for the type of record."""
    return "creditMemo" if document_type == "credit_memo" else "invoice"


def build_body(document: FormattedInvoice, options: Options) -> dict[str, Any]:
    """Return the record. Raises ``Rejected`` if it must not be sent."""
    _check(document)
    body: dict[str, Any] = {
        "externalId": document.invoice_id,
        "entity": {"id": document.external_customer_id},
        "tranDate": document.issue_date.isoformat(),
        **_currency(document.currency, options),
        **(_invoice_only(document, options) if document.document_type == "invoice" else {}),
        "memo": cut(memo(document), MAX_MEMO),
        **extra_fields(document.extra_fields, document.document_type),
    }
    return body | {
        "item": {"items": [_line(line, document.document_type) for line in document.line_items]}
    }


def _check(document: FormattedInvoice) -> None:
    check_lines(document, "NetSuite", MAX_LINES)
    wrong = sorted(_overridden(document))
    if wrong:
        raise Rejected(
            "provider-rejected",
            f"EXTRA_FIELDS sets what the connector itself must set: {', '.join(wrong)}. Remove it"
            " and replay from raw.",
        )


def _overridden(document: FormattedInvoice) -> frozenset[str]:
    return overridden(
        set(document.extra_fields).union(*(line.extra_fields for line in document.line_items))
    )


def _currency(code: str, options: Options) -> dict[str, Any]:
    if options.currency_ids is None:
        if code == "USD":
            return {}
        raise Rejected(
            "unsupported-currency",
            f"The invoice is in {code}, and without NS_CURRENCY_IDS only USD is sent to NetSuite. "
            f"Set NS_CURRENCY_IDS with an internal id for {code} and replay.",
        )
    if code not in options.currency_ids:
        raise Rejected(
            "unsupported-currency",
            f"NS_CURRENCY_IDS has no internal id for {code}. Add one and replay the invoice.",
        )
    return {"currency": {"id": options.currency_ids[code]}}


def _invoice_only(document: FormattedInvoice, options: Options) -> dict[str, Any]:
    dates = {
        "dueDate": document.due_date,
        "startDate": document.start_date,
        "endDate": document.end_date,
    }
    shown = {name: day.isoformat() for name, day in dates.items() if day is not None}
    return shown | ({"customForm": dict(options.custom_form)} if options.custom_form else {})


def _line(line: LineItem, document_type: str) -> dict[str, Any]:
    is_taken = _is_taken(line.quantity)
    return {
        "item": {"id": line.external_item_id},
        "description": (
            cut(visible(line.name), MAX_DESCRIPTION)
            if is_taken
            else described(line, MAX_DESCRIPTION)
        ),
        "price": CUSTOM_PRICE,
        **(_quantity_and_rate(line) if is_taken else {}),
        "amount": plain(line.amount),
        **extra_fields(line.extra_fields, document_type),
    }


def _is_taken(quantity: Decimal | None) -> bool:
    """Whether NetSuite accepts a quantity; if not, the description contains it."""
    if quantity is None:
        return True
    exponent = quantity.normalize(EXACT).as_tuple().exponent
    return (
        abs(quantity) < MAX_QUANTITY
        and isinstance(exponent, int)
        and exponent >= -MAX_QUANTITY_DECIMALS
    )


def _quantity_and_rate(line: LineItem) -> dict[str, Decimal]:
    # NetSuite divides the amount by the quantity if there is no rate, so it must not be zero.
    if not line.quantity:
        return {}
    quantity = {"quantity": plain(line.quantity)}
    if line.unit_price is None or not multiplies_out(
        line.quantity, line.unit_price, line.amount, max_decimals=MAX_RATE_DECIMALS
    ):
        return quantity
    return quantity | {"rate": plain(line.unit_price)}
