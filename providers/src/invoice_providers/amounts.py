"""Quantity, unit price and amount of a line, as providers check them, and amounts as they show
them.

Pure.
"""

from decimal import Context, Decimal, InvalidOperation
from typing import Any

from invoice_shared.types import MAX_DIGITS, decimal_text

# No money is finer. Who adds in binary fractions shows 0.30000000000000004 for 0.30.
FINEST = Decimal("0.000001")
# More digits than a record's number may have: the default context would round to 28 without a word.
EXACT = Context(prec=2 * MAX_DIGITS)


class Plain(Decimal):
    """A decimal that stands in JSON without an exponent: ``0.00000015``, where Python would write
    ``1.5E-7``.
    """

    def __str__(self) -> str:
        return decimal_text(self)


def plain(value: Decimal) -> Decimal:
    """Drop an exponent and the sign of a zero; the digits stay."""
    return Plain(decimal_text(value or abs(value)))


def multiplies_out(
    quantity: Decimal, unit_price: Decimal, amount: Decimal, *, max_decimals: int
) -> bool:
    """Tell whether the product is the amount exactly, with a price that the provider can hold as it
    is.
    """
    digits = len(quantity.as_tuple().digits) + len(unit_price.as_tuple().digits)
    exact = Context(prec=digits)  # the default context would round the product to 28 digits
    decimals = -int(unit_price.normalize(exact).as_tuple().exponent)
    return decimals <= max_decimals and exact.multiply(quantity, unit_price) == amount


def stated(value: Any) -> Decimal | None:
    """Read an amount that a provider shows, as a number or as text; ``None`` where it shows none."""
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
