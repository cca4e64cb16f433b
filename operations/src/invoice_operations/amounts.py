"""Format amounts for people, with the digits of their currency's minor unit. Pure."""

from decimal import Decimal

from invoice_formatter.mapping.currency import currency_of, minor_digits
from invoice_formatter.mapping.metronome_invoice import CreditType
from invoice_formatter.mapping.money import round_total
from invoice_operations.view.decimal_sum import EXACT
from invoice_shared.errors import Rejected


def in_minor_units(amount: Decimal, currency: str | None) -> Decimal:
    """Return an amount with its currency's digits, e.g. 7.00 in USD and 7 in JPY.

    Nothing is rounded: an amount with more digits than its currency keeps them.
    """
    own = -int(EXACT.normalize(amount).as_tuple().exponent)
    digits = max(minor_digits(currency or "") or 0, own)
    return amount.quantize(Decimal(1).scaleb(-digits), context=EXACT)


def amount_text(amount: Decimal, currency: str | None) -> str:
    """Return the same as text with separated thousands, e.g. ``147,294.00``."""
    return f"{in_minor_units(amount, currency):,f}"


def stated_money(total: Decimal, credit_type: CreditType) -> tuple[Decimal, str]:
    """Return a Metronome total in major units and its currency; both unchanged if it has none."""
    try:
        currency = currency_of(credit_type)
    except Rejected:
        return total, credit_type.name
    return round_total(currency.major(total), currency.minor_digits), currency.code
