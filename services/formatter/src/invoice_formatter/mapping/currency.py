"""The currency of a credit type, and the unit of Metronome's amounts in it. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from iso4217 import Currency as IsoCurrency

from invoice_formatter.mapping.metronome_invoice import CreditType
from invoice_formatter.mapping.money import EXACT
from invoice_shared.errors import Rejected

# The same for every Metronome account (docs.metronome.com, "Use currency and custom pricing
# units").
USD_CREDIT_TYPE_ID = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"

USD_NAME = "USD (cents)"


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency.

    Metronome's amounts of it are in ``10 ** -stated_digits`` of its major unit.
    """

    code: str
    minor_digits: int
    stated_digits: int

    def major(self, stated: Decimal) -> Decimal:
        """Return Metronome's amount in major units, exactly: 1250 ``USD (cents)`` is 12.50."""
        return EXACT.scaleb(stated, -self.stated_digits)


def currency_of(credit_type: CreditType) -> Currency:
    """Return the currency: US dollars are in cents, every other fiat currency in whole units.

    Raises ``Rejected("unsupported-currency")`` for a custom pricing unit, and for a credit type
    ``USD``: Metronome has none, so cents or dollars would be a guess with a factor of 100.
    """
    name = credit_type.name.strip()
    if credit_type.id == USD_CREDIT_TYPE_ID or name == USD_NAME:
        return Currency("USD", minor_digits=2, stated_digits=2)
    digits = minor_digits(name)
    if digits is None or name == "USD":
        raise Rejected(
            "unsupported-currency",
            f'Unknown currency "{name}": bill the invoice by hand, or give the rate card a fiat'
            " currency in Metronome and issue the invoice again.",
        )
    return Currency(name, minor_digits=digits, stated_digits=0)


def is_currency(name: str) -> bool:
    """Return whether a credit type of this name is money, not a custom pricing unit."""
    return name.strip() == USD_NAME or minor_digits(name.strip()) is not None


def minor_digits(code: str) -> int | None:
    """Return the digits of an ISO 4217 currency's minor unit, or ``None`` if it is unknown."""
    try:
        return IsoCurrency(code).exponent
    except ValueError:
        return None
