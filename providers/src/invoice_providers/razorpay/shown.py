"""From the invoices that Razorpay shows to what is compared with ours. Pure."""

from collections.abc import Mapping
from typing import Any

from invoice_providers.base import Found, State
from invoice_providers.razorpay.units import major_units

UNNAMED = "missing"
"""An invoice without our receipt is not found again: it must not pass for ours, nor be created once more."""

STATES: dict[str, State] = {
    "draft": "draft",
    "issued": "open",
    "partially_paid": "open",
    "paid": "paid",
    "cancelled": "void",
    # Nobody can pay it any more.
    "expired": "void",
    "deleted": "deleted",
}


def read_invoice(tree: Any) -> Found | None:
    """Return one invoice, its total net of tax; ``None`` if it is not one, or cannot be compared."""
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), str):
        return None
    receipt, currency, amount, tax = (tree.get(name) for name in ("receipt", "currency", "amount", "tax_amount"))
    if not isinstance(currency, str) or not isinstance(amount, int):
        return None
    try:
        total = major_units(amount - (tax if isinstance(tax, int) else 0), currency)
    except ValueError:
        return None
    return Found(
        document_id=tree["id"],
        invoice_id=receipt if isinstance(receipt, str) else UNNAMED,
        total=total,
        currency=currency,
        external_customer_id=_customer(tree),
        # The same API lists payment links.
        document_type="invoice" if tree.get("type") == "invoice" else None,
        state=STATES.get(str(tree.get("status"))),
    )


def _customer(tree: Mapping[str, Any]) -> str | None:
    details = tree.get("customer_details")
    named = tree.get("customer_id") or (details.get("id") if isinstance(details, dict) else None)
    return named if isinstance(named, str) else None


def read_listing(tree: Any, invoice_id: str) -> list[Found] | None:
    """Return the invoices that carry our receipt, the oldest first; ``None`` if it is not a list of invoices.

    Cancelled and expired ones count: somebody decided so, and a replay must not bring them back.
    """
    items = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(items, list):
        return None
    ours = [item for item in items if isinstance(item, dict) and item.get("receipt") == invoice_id]
    read = [read_invoice(item) for item in ours]
    # One that carries our receipt and cannot be read is no reason to create another.
    return None if None in read else [found for found in reversed(read) if found is not None]
