"""From the invoices that Razorpay shows to what is compared with ours. Pure."""

from typing import Any

from invoice_providers.base import CreatedDocument
from invoice_providers.razorpay.units import major_units

UNNAMED = "missing"
"""An invoice without our receipt is not found again: it must not pass for ours, nor be created once more."""


def read_invoice(tree: Any) -> CreatedDocument | None:
    """Read one invoice, its total net of tax; ``None`` where it is none, or not one that can be compared."""
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), str):
        return None
    receipt, currency, amount, tax = (tree.get(name) for name in ("receipt", "currency", "amount", "tax_amount"))
    if not isinstance(currency, str) or not isinstance(amount, int):
        return None
    try:
        total = major_units(amount - (tax if isinstance(tax, int) else 0), currency)
    except ValueError:
        return None
    return CreatedDocument(tree["id"], receipt if isinstance(receipt, str) else UNNAMED, total, currency)


def read_listing(tree: Any, invoice_id: str) -> list[CreatedDocument] | None:
    """Read the invoices that carry our receipt, the oldest first; ``None`` where it is no list of invoices.

    Cancelled and expired ones count: somebody decided so, and a replay must not bring them back.
    """
    items = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(items, list):
        return None
    ours = [item for item in items if isinstance(item, dict) and item.get("receipt") == invoice_id]
    read = [read_invoice(item) for item in ours]
    # One that carries our receipt and cannot be read is no reason to create another.
    return None if None in read else [found for found in reversed(read) if found is not None]
