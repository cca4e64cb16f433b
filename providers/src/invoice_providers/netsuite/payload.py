"""From a formatted invoice to NetSuite's record. Pure.

The same invoice gives the same bytes. Tax fields are never sent: tax is NetSuite's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from invoice_providers.amounts import multiplies_out, plain
from invoice_providers.wording import cut, memo
from invoice_shared.errors import Rejected
from invoice_shared.invoice import DocumentType, FormattedInvoice, LineItem

RecordType = Literal["invoice", "creditMemo"]

MAX_LINES = 5000
MAX_MEMO = 999
MAX_DESCRIPTION = 4000
MAX_OTHER_REF_NUM = 45
MAX_RATE_DECIMALS = 8
"""NetSuite rounds a finer rate, and would then show another product than the amount."""

LENGTHS = {
    "memo": MAX_MEMO,
    "otherRefNum": MAX_OTHER_REF_NUM,
    "description": MAX_DESCRIPTION,
    "message": MAX_DESCRIPTION,
}
REFERENCES = frozenset({"subsidiary", "terms", "department", "class", "location"})
INVOICE_ONLY = frozenset({"terms", "dueDate", "startDate", "endDate"})
"""A credit memo is due at no date and covers no service period."""
OURS = frozenset({"externalId", "entity", "currency", "item", "amount", "quantity", "rate"})
"""What an extra field may not set: the promise of one document over the exact amounts hangs on them."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the account decides. ``currency_ids`` maps ISO 4217 codes to internal ids; ``None`` = a USD-only account."""

    currency_ids: Mapping[str, str] | None = None
    custom_form: Mapping[str, str] = field(default_factory=dict)


def record_type(document_type: DocumentType) -> RecordType:
    """Return NetSuite's name for the kind of record."""
    return "creditMemo" if document_type == "credit_memo" else "invoice"


def build_body(document: FormattedInvoice, options: Options) -> dict[str, Any]:
    """Build the record. Raises ``Rejected`` where it must not be sent."""
    _check(document)
    body: dict[str, Any] = {
        "externalId": document.invoice_id,
        "entity": {"id": document.external_customer_id},
        "tranDate": document.issue_date.isoformat(),
        **_currency(document.currency, options),
        **(_invoice_only(document, options) if document.document_type == "invoice" else {}),
        "memo": cut(memo(document), MAX_MEMO),
        **_extra_fields(document.extra_fields, document.document_type),
    }
    return body | {"item": {"items": [_line(line, document.document_type) for line in document.line_items]}}


def _check(document: FormattedInvoice) -> None:
    if len(document.line_items) > MAX_LINES:
        raise Rejected(
            "too-many-lines",
            f"NetSuite takes {MAX_LINES} lines a document, this one has {len(document.line_items)}. "
            "Set LINE_GROUPING=by_item and replay from raw.",
        )
    wrong = sorted(_overridden(document))
    if wrong:
        raise Rejected(
            "provider-rejected",
            f"EXTRA_FIELDS sets what the connector itself must set: {', '.join(wrong)}. Remove it and replay from raw.",
        )


def _overridden(document: FormattedInvoice) -> frozenset[str]:
    names = set(document.extra_fields).union(*(line.extra_fields for line in document.line_items))
    return OURS & names


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
            "unsupported-currency", f"NS_CURRENCY_IDS has no internal id for {code}. Add one and replay the invoice."
        )
    return {"currency": {"id": options.currency_ids[code]}}


def _invoice_only(document: FormattedInvoice, options: Options) -> dict[str, Any]:
    dates = {"dueDate": document.due_date, "startDate": document.start_date, "endDate": document.end_date}
    shown = {name: day.isoformat() for name, day in dates.items() if day is not None}
    return shown | ({"customForm": dict(options.custom_form)} if options.custom_form else {})


def _extra_fields(fields: Mapping[str, str], document_type: str) -> dict[str, Any]:
    sent = {name: text for name, text in fields.items() if document_type == "invoice" or name not in INVOICE_ONLY}
    return {name: _extra_value(name, text) for name, text in sent.items()}


def _extra_value(name: str, text: str) -> Any:
    return {"id": text} if name in REFERENCES else cut(text, LENGTHS.get(name))


def _line(line: LineItem, document_type: str) -> dict[str, Any]:
    return {
        "item": {"id": line.external_item_id},
        "description": cut(line.name, MAX_DESCRIPTION),
        **_quantity_and_rate(line),
        "amount": plain(line.amount),
        **_extra_fields(line.extra_fields, document_type),
    }


def _quantity_and_rate(line: LineItem) -> dict[str, Decimal]:
    # NetSuite divides the amount by the quantity where no rate is given: never by zero.
    if not line.quantity:
        return {}
    quantity = {"quantity": plain(line.quantity)}
    if line.unit_price is None or not multiplies_out(
        line.quantity, line.unit_price, line.amount, max_decimals=MAX_RATE_DECIMALS
    ):
        return quantity
    return quantity | {"rate": plain(line.unit_price)}
