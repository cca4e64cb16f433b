"""Read Razorpay's invoices for the comparison with ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from invoice_providers.base import Found, State
from invoice_providers.messages import memo_of
from invoice_providers.razorpay.payload import MEMO_NOTE
from invoice_providers.razorpay.units import major_units

LONG_AGO = datetime.fromtimestamp(0, UTC)
# An invoice without our receipt cannot be found again. It must not count as ours or be created
# again.
UNNAMED = "missing"

STATES: dict[str, State] = {
    "draft": "draft",
    "issued": "open",
    "partially_paid": "open",
    "paid": "paid",
    "cancelled": "void",
    # Its payment link has expired, but nobody cancelled the invoice, so the customer owes it.
    "expired": "open",
    "deleted": "deleted",
}


def read_invoice(tree: Any) -> Found | None:
    """Return an invoice with total net of tax; ``None`` if it is not one or not comparable."""
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), str):
        return None
    receipt, currency, amount, tax = (
        tree.get(name) for name in ("receipt", "currency", "amount", "tax_amount")
    )
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
        # The same API also lists payment links.
        document_type="invoice" if tree.get("type") == "invoice" else None,
        state=STATES.get(str(tree.get("status"))),
    )


def _customer(tree: Mapping[str, Any]) -> str | None:
    details = tree.get("customer_details")
    named = tree.get("customer_id") or (details.get("id") if isinstance(details, dict) else None)
    return named if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class Shown:
    """One invoice of Razorpay: the fields to compare, and the object itself."""

    found: Found
    tree: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Razorpay's id."""
        return self.found.document_id

    @property
    def age(self) -> tuple[int, str]:
        """The sort key: creation time, then id."""
        created_at = self.tree.get("created_at")
        return (created_at if isinstance(created_at, int) else 0, self.id)

    @property
    def is_draft(self) -> bool:
        """Whether it is a draft, without effect yet."""
        return self.found.state == "draft"

    @property
    def made_at(self) -> datetime:
        """When it was created; ``LONG_AGO`` if unknown."""
        try:
            return datetime.fromtimestamp(self.age[0], UTC)
        except (OverflowError, ValueError, OSError):
            return LONG_AGO

    @property
    def memo(self) -> str | None:
        """The invoice for which the connector created it; ``None`` if a person created it."""
        notes, description = self.tree.get("notes"), self.tree.get("description")
        noted = notes.get(MEMO_NOTE) if isinstance(notes, dict) else None
        if isinstance(noted, str):
            return noted
        return memo_of(description) if isinstance(description, str) else None


def read_shown(tree: Any) -> Shown | None:
    """Return an invoice; ``None`` if it is not one or not comparable."""
    found = read_invoice(tree)
    return None if found is None else Shown(found, tree)


def read_listing(items: Any, receipt: str) -> list[Shown] | None:
    """Return the invoices with a receipt, oldest first; ``None`` if it is not a list of invoices.

    Cancelled and expired ones count: a person decided that, and a replay must not undo it.
    """
    if not isinstance(items, list):
        return None
    carrying = [item for item in items if isinstance(item, dict) and item.get("receipt") == receipt]
    read = [read_shown(item) for item in carrying]
    # An unreadable invoice with our receipt must not lead to another create.
    return None if None in read else [shown for shown in reversed(read) if shown is not None]
