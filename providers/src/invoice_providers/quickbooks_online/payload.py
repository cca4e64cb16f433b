"""Turn a formatted invoice into QuickBooks' invoice or credit memo. Pure.

The same invoice gives the same bytes, because a repeated request id requires that. No tax is sent,
because QuickBooks computes it.
"""

from decimal import Decimal
from typing import Any

from invoice_providers.amounts import multiplies_out, plain
from invoice_providers.messages import check_lines, cut, described
from invoice_providers.quickbooks_online.documents import document_number, private_note
from invoice_providers.quickbooks_online.extra_fields import (
    PRIVATE_NOTE,
    SERVICE_DATE,
    document_fields,
    line_fields,
)
from invoice_shared.invoice import FormattedInvoice, LineItem
from invoice_shared.text import visible

TITLE = "QuickBooks Online"
# Lines of any transaction. A taxable invoice may have fewer (see ``errors``), but only QuickBooks
# knows which are taxable.
MAX_LINES = 10_000
MAX_DESCRIPTION = 4000
# QuickBooks documents no limit; its own forms show five. The description contains a finer price.
MAX_PRICE_DECIMALS = 5
ONE = Decimal(1)
DETAIL = "SalesItemLineDetail"


def build_body(document: FormattedInvoice) -> dict[str, Any]:
    """Return the transaction. Raises ``Rejected`` if it must not be sent."""
    check_lines(document, TITLE, MAX_LINES)
    is_due = document.document_type == "invoice" and document.due_date is not None
    return {
        "DocNumber": document_number(document),
        "CustomerRef": {"value": document.external_customer_id},
        "CurrencyRef": {"value": document.currency},
        "TxnDate": document.issue_date.isoformat(),
        **({"DueDate": document.due_date.isoformat()} if is_due and document.due_date else {}),
        **document_fields(document.extra_fields, document.document_type),
        PRIVATE_NOTE: private_note(document, document.extra_fields.get(PRIVATE_NOTE, "")),
        "Line": [_line(line) for line in document.line_items],
    }


def _line(line: LineItem) -> dict[str, Any]:
    quantity, price = _quantity_and_price(line)
    is_told = line.quantity == quantity and line.unit_price == price
    return {
        "DetailType": DETAIL,
        "Amount": plain(line.amount),
        "Description": cut(visible(line.name), MAX_DESCRIPTION)
        if is_told
        else described(line, MAX_DESCRIPTION),
        DETAIL: {
            "ItemRef": {"value": line.external_item_id},
            "Qty": plain(quantity),
            "UnitPrice": plain(price),
            **({SERVICE_DATE: line.start_date.isoformat()} if line.start_date else {}),
            **line_fields(line.extra_fields),
        },
    }


def _quantity_and_price(line: LineItem) -> tuple[Decimal, Decimal]:
    """Return the real figures if they multiply to the amount, else quantity 1 at the amount.

    QuickBooks refuses an amount that is not the product (6070). Without a price it may use the
    item's.
    """
    quantity, price = line.quantity, line.unit_price
    if quantity is None or price is None:
        return ONE, line.amount
    if not multiplies_out(quantity, price, line.amount, max_decimals=MAX_PRICE_DECIMALS):
        return ONE, line.amount
    return quantity, price
