"""Convert amounts to a currency's smallest unit, which Razorpay uses, and back.

Pure.
"""

from decimal import Decimal

from iso4217 import Currency

from invoice_providers.amounts import EXACT
from invoice_shared.errors import Rejected
from invoice_shared.types import decimal_text

# Currencies with three decimals need a 0 in the last place (Razorpay's page on the invoice entity).
THREE = 3


def minor_units(amount: Decimal, currency: str) -> int:
    """Return major units in the smallest units.

    Raises ``Rejected`` if Razorpay cannot represent the amount exactly.
    """
    digits = minor_digits(currency)
    minor = amount.scaleb(digits, EXACT)
    if minor != minor.to_integral_value() or (digits == THREE and int(minor) % 10):
        step = decimal_text(Decimal(1).scaleb(1 - digits if digits == THREE else -digits))
        raise Rejected(
            "provider-rejected",
            f"Razorpay takes {currency} in steps of {step}, and {decimal_text(amount)} is not one."
            " LINE_GROUPING=by_item may result in lines that fit; else bill this invoice by hand"
            " and resolve it.",
        )
    return int(minor)


def major_units(minor: int, currency: str) -> Decimal:
    """Return smallest units in major units. Raises ``ValueError`` for an unknown currency."""
    return Decimal(minor).scaleb(-_exponent(currency), EXACT)


def minor_digits(currency: str) -> int:
    """Return a currency's decimals. Raises ``Rejected`` for an unknown currency."""
    try:
        return _exponent(currency)
    except ValueError as error:
        raise Rejected(
            "unsupported-currency",
            f"{currency} has no known smallest unit, so its amounts cannot be sent to Razorpay."
            " Bill"
            " this invoice by hand and resolve it.",
        ) from error


def _exponent(currency: str) -> int:
    exponent = Currency(currency).exponent
    if exponent is None:
        raise ValueError(f"{currency} has no minor unit")
    return exponent
