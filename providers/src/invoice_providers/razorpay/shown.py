"""From the invoices that Razorpay shows to what is compared with ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from invoice_providers.base import Found, State
from invoice_providers.razorpay.payload import MEMO_NOTE
from invoice_providers.razorpay.units import major_units
from invoice_providers.wording import memo_of

LONG_AGO = datetime.fromtimestamp(0, UTC)
# An invoice without our receipt is not found again: it must not pass for ours, nor be created once
# more.
UNNAMED = "missing"

STATES: dict[str, State] = {
    "draft": "draft",
    "issued": "open",
    "partially_paid": "open",
    "paid": "paid",
    "cancelled": "void",
    # Its link takes no payment any more, but nobody called the invoice off: the customer owes it.
    "expired": "open",
    "deleted": "deleted",
}


def read_invoice(tree: Any) -> Found | None:
    """Return one invoice, its total net of tax; ``None`` if it is not one, or cannot be compared."""
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
        # The same API lists payment links.
        document_type="invoice" if tree.get("type") == "invoice" else None,
        state=STATES.get(str(tree.get("status"))),
    )


def _customer(tree: Mapping[str, Any]) -> str | None:
    details = tree.get("customer_details")
    named = tree.get("customer_id") or (details.get("id") if isinstance(details, dict) else None)
    return named if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class Shown:
    """One invoice as Razorpay shows it: what is compared, and the object itself."""

    found: Found
    tree: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Razorpay's own id."""
        return self.found.document_id

    @property
    def age(self) -> tuple[int, str]:
        """What orders invoices: the oldest first, then the smallest id."""
        created_at = self.tree.get("created_at")
        return (created_at if isinstance(created_at, int) else 0, self.id)

    @property
    def is_draft(self) -> bool:
        """Whether it has no effect yet."""
        return self.found.state == "draft"

    @property
    def made_at(self) -> datetime:
        """When it was made; long ago if that does not show."""
        try:
            return datetime.fromtimestamp(self.age[0], UTC)
        except (OverflowError, ValueError, OSError):
            return LONG_AGO

    @property
    def memo(self) -> str | None:
        """The invoice of which the connector made it; ``None`` of what a person made."""
        notes, description = self.tree.get("notes"), self.tree.get("description")
        noted = notes.get(MEMO_NOTE) if isinstance(notes, dict) else None
        if isinstance(noted, str):
            return noted
        return memo_of(description) if isinstance(description, str) else None


def read_shown(tree: Any) -> Shown | None:
    """Return one invoice; ``None`` if it is not one, or cannot be compared."""
    found = read_invoice(tree)
    return None if found is None else Shown(found, tree)


def read_listing(items: Any, receipt: str) -> list[Shown] | None:
    """Return the invoices that carry a receipt, the oldest first; ``None`` if it is not a list of
    invoices.

    Cancelled and expired ones count: somebody decided so, and a replay must not bring them back.
    """
    if not isinstance(items, list):
        return None
    carrying = [item for item in items if isinstance(item, dict) and item.get("receipt") == receipt]
    read = [read_shown(item) for item in carrying]
    # One that carries our receipt and cannot be read is no reason to create another.
    return None if None in read else [shown for shown in reversed(read) if shown is not None]
