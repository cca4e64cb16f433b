"""Choose among the documents that a look found. Pure."""

from invoice_providers.base import Found


def stands(found: Found) -> bool:
    """Whether a document is valid: not void, cancelled or deleted."""
    return found.state not in ("void", "deleted")


def likeliest(found: tuple[Found, ...], invoice_id: str) -> Found | None:
    """Return the oldest document that names the invoice, else the oldest; ``None`` if empty."""
    ours = [each for each in found if each.invoice_id in (None, invoice_id)]
    return next(iter(ours or found), None)
