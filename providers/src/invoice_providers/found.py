"""Of several documents that a look found, which one to judge. Pure."""

from invoice_providers.base import Found


def likeliest(found: tuple[Found, ...], invoice_id: str) -> Found | None:
    """Return the oldest that names the invoice, else the oldest at all; ``None`` for none."""
    ours = [each for each in found if each.invoice_id in (None, invoice_id)]
    return next(iter(ours or found), None)
