"""Amounts of money as people read them: with the digits of their currency's minor unit. Pure."""

from decimal import Decimal

from invoice_formatter.mapping.currency import minor_digits
from invoice_operations.view.decimal_sum import EXACT


def in_minor_units(amount: Decimal, currency: str | None) -> Decimal:
    """Return an amount with as many digits as its currency has: 7.00 of USD, 7 of JPY.

    Nothing is rounded: an amount that is more exact than its currency keeps its digits.
    """
    own = -int(EXACT.normalize(amount).as_tuple().exponent)
    digits = max(minor_digits(currency or "") or 0, own)
    return amount.quantize(Decimal(1).scaleb(-digits), context=EXACT)


def amount_text(amount: Decimal, currency: str | None) -> str:
    """Return the same as text, the thousands apart: ``147,294.00``."""
    return f"{in_minor_units(amount, currency):,f}"
