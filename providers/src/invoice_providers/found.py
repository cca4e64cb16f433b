"""Documents that a look found: which count, and which one to judge. Pure."""

from invoice_providers.base import Found


def stands(found: Found) -> bool:
    """Whether a document counts: it is not void, cancelled or deleted."""
    return found.state not in ("void", "deleted")


def likeliest(found: tuple[Found, ...], invoice_id: str) -> Found | None:
    """Return the oldest that names the invoice, else the oldest at all; ``None`` for none."""
    ours = [each for each in found if each.invoice_id in (None, invoice_id)]
    return next(iter(ours or found), None)
