"""Turn a formatted invoice into Razorpay's. Pure.

Razorpay multiplies whole quantities by whole smallest units, so each line has quantity 1 at the
rounded amount, and its description contains Metronome's figures. The item id is not sent, because
Razorpay's items have their own price.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from invoice_providers.messages import check_lines, cut, figures, memo
from invoice_providers.razorpay.extra_fields import (
    MAX_NOTES,
    MAX_TEXT,
    check_line_fields,
    document_fields,
)
from invoice_providers.razorpay.units import minor_units
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice, LineItem
from invoice_shared.text import visible
from invoice_shared.types import decimal_text

MAX_LINES = 50
# Identifies a draft as ours if EXTRA_FIELDS replaces the description.
MEMO_NOTE = "metronome_invoice_id"
# Razorpay documents no limit here, and counts characters elsewhere. The line's description contains
# a name that was cut.
MAX_NAME = 255
# The minimum of a line, and so of the total. For other currencies only one smallest unit is known.
MINIMUM = {"INR": Decimal("1.00")}
# Otherwise Razorpay messages the customer as soon as the invoice exists.
SILENT = {"sms_notify": False, "email_notify": False}


def build_body(document: FormattedInvoice) -> dict[str, Any]:
    """Return the invoice. Raises ``Rejected`` if it must not be sent."""
    _check(document)
    fields = document_fields(document.extra_fields)
    return {
        "type": "invoice",
        "customer_id": document.external_customer_id,
        "receipt": document.invoice_id,
        "currency": document.currency,
        # Midnight UTC is the same day in India, whose time Razorpay shows.
        "date": int(datetime.combine(document.issue_date, time(), UTC).timestamp()),
        "description": cut(_description(document), MAX_TEXT),
        **SILENT,
        **fields,
        **_memo_note(document, fields),
        "line_items": [_line(line, document.currency) for line in document.line_items],
    }


def build_draft(document: FormattedInvoice) -> dict[str, Any]:
    """Return the invoice as a draft. Raises ``Rejected`` if it must not be sent."""
    return build_body(document) | {"draft": "1"}  # a text, because a number is refused


def _memo_note(document: FormattedInvoice, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a note with our id if the description was replaced and a note is free."""
    notes = fields.get("notes", {})
    if "description" not in fields or len(notes) >= MAX_NOTES:
        return {}
    return {"notes": {MEMO_NOTE: document.invoice_id, **notes}}


def _check(document: FormattedInvoice) -> None:
    if document.document_type == "credit_memo":
        raise Rejected(
            "negative-amount",
            f"Razorpay has no credit memos. Credit {decimal_text(document.total)}"
            f" {document.currency} to customer {document.external_customer_id} by hand, then"
            " resolve the failure.",
        )
    for line in document.line_items:
        if line.amount < 0:
            raise Rejected("negative-amount", _negative(line, document.currency))
    check_lines(document, "Razorpay", MAX_LINES)
    _check_minimum(document)


def _negative(line: LineItem, currency: str) -> str:
    return (
        f'Razorpay allows no negative lines, and "{line.name}" is {decimal_text(line.amount)}'
        f" {currency}. Set its item to that of the line that it reduces, set"
        " LINE_GROUPING=by_item and replay from raw; or bill the invoice by hand and resolve"
        " the failure."
    )


def _check_minimum(document: FormattedInvoice) -> None:
    minimum = MINIMUM.get(document.currency)
    if document.total <= 0 or (minimum is not None and document.total < minimum):
        least = f"{minimum or 'more than 0'} {document.currency}"
        raise Rejected(
            "below-minimum",
            f"The total is {decimal_text(document.total)} {document.currency}; Razorpay takes"
            f" at least {least}. Bill it by hand and resolve the failure;"
            " ZERO_TOTAL_INVOICES=skip skips totals of zero.",
        )
    small = [line for line in document.line_items if minimum is not None and line.amount < minimum]
    if small:
        raise Rejected("below-minimum", _too_small(small, document.currency))


def _too_small(lines: list[LineItem], currency: str) -> str:
    first = f'"{lines[0].name}" is {decimal_text(lines[0].amount)} {currency}'
    others = f", and {len(lines) - 1} more are below it" if len(lines) > 1 else ""
    return (
        f"Razorpay takes at least {MINIMUM[currency]} {currency} per line, and {first}{others}."
        " Set its item to that of a larger line, set LINE_GROUPING=by_item and replay from raw;"
        " or bill the invoice by hand and resolve the failure."
    )


def _description(document: FormattedInvoice) -> str:
    parts = [memo(document)]
    if document.start_date and document.end_date:
        parts.append(f"{document.start_date.isoformat()} to {document.end_date.isoformat()}")
    if document.due_date:
        parts.append(f"due {document.due_date.isoformat()}")
    return ", ".join(parts)


def _line(line: LineItem, currency: str) -> dict[str, Any]:
    check_line_fields(line.extra_fields)
    name = visible(line.name)
    told = [name] if len(name) > MAX_NAME else []
    description = ": ".join([*told, *([figures(line)] if figures(line) else [])])
    return {
        "name": cut(name, MAX_NAME),
        "amount": minor_units(line.amount, currency),
        "currency": currency,
        "quantity": 1,
        **({"description": cut(description, MAX_TEXT)} if description else {}),
    }
