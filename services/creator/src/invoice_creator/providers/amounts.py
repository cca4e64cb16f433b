"""Quantity, unit price and amount of a line, as providers check them. Pure."""

from decimal import Context, Decimal

from invoice_shared.types import decimal_text


def plain(value: Decimal) -> Decimal:
    """Drop an exponent and the sign of a zero; the digits stay."""
    return Decimal(decimal_text(value or abs(value)))


def multiplies_out(quantity: Decimal, unit_price: Decimal, amount: Decimal, *, max_decimals: int) -> bool:
    """Tell whether the product is the amount exactly, with a price that the provider can hold as it is."""
    digits = len(quantity.as_tuple().digits) + len(unit_price.as_tuple().digits)
    exact = Context(prec=digits)  # the default context would round the product to 28 digits
    decimals = -int(unit_price.normalize(exact).as_tuple().exponent)
    return decimals <= max_decimals and exact.multiply(quantity, unit_price) == amount
