"""Check and read amounts as providers do: quantity, unit price and amount of a line.

Pure.
"""

from decimal import Context, Decimal, InvalidOperation
from typing import Any

from invoice_shared.types import MAX_DIGITS, Plain, decimal_text

# No amount is finer. A system that adds in binary floats shows 0.30000000000000004 for 0.30.
FINEST = Decimal("0.000001")
# More digits than a record's number may have. The default context would silently round to 28.
EXACT = Context(prec=2 * MAX_DIGITS)

# Enough digits for the product of two numbers of a record.
PRODUCT = Context(prec=4 * MAX_DIGITS)


def plain(value: Decimal) -> Decimal:
    """Return a decimal without exponent and without the sign of a zero, digit for digit."""
    text = str(value)
    if value and "E" not in text:  # most amounts
        return value
    return Plain(decimal_text(value or abs(value)))


def multiplies_out(
    quantity: Decimal, unit_price: Decimal, amount: Decimal, *, max_decimals: int
) -> bool:
    """Whether the product is exactly the amount, with a price that fits ``max_decimals``."""
    if PRODUCT.multiply(quantity, unit_price) != amount:
        return False
    return -int(unit_price.normalize(EXACT).as_tuple().exponent) <= max_decimals


def stated(value: Any) -> Decimal | None:
    """Return an amount that a provider shows as number or text; ``None`` if it shows none."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount.adjusted() >= MAX_DIGITS:
        return None
    rounded = amount.quantize(FINEST, context=EXACT)
    return amount if amount == rounded else rounded
