"""Convert Metronome's amounts to the document's: major units, negated on a credit memo.

Pure and exact.
"""

from dataclasses import dataclass
from decimal import Decimal

from invoice_formatter.mapping.currency import Currency
from invoice_formatter.mapping.metronome_invoice import MetronomeLine
from invoice_formatter.mapping.money import EXACT, round_total
from invoice_shared.invoice import DocumentType


@dataclass(frozen=True, slots=True)
class AmountConverter:
    """Converts the amounts of one document."""

    currency: Currency
    document_type: DocumentType

    def amount(self, stated: Decimal) -> Decimal:
        """Return the document's amount, not rounded."""
        major = self.currency.major(stated)
        return EXACT.minus(major) if self.document_type == "credit_memo" else major

    def total(self, stated: Decimal) -> Decimal:
        """Return the document's total, rounded to the minor unit."""
        return round_total(self.amount(stated), self.currency.minor_digits)

    def quantity(self, line: MetronomeLine) -> Decimal | None:
        """Return the quantity; if the amount is negated, a negative quantity is negated with it."""
        if line.quantity is not None and self._flips_quantity(line):
            return EXACT.minus(line.quantity)
        return line.quantity

    def unit_price(self, line: MetronomeLine) -> Decimal | None:
        """Return the exact unit price in major units; it is negated if the quantity is not."""
        if line.unit_price is None:
            return None
        return (
            self.currency.major(line.unit_price)
            if self._flips_quantity(line)
            else self.amount(line.unit_price)
        )

    def _flips_quantity(self, line: MetronomeLine) -> bool:
        return (
            self.document_type == "credit_memo" and line.quantity is not None and line.quantity < 0
        )


def converter_of(total: Decimal, currency: Currency) -> AmountConverter:
    """Return the converter: a negative rounded total is a credit memo."""
    rounded = round_total(currency.major(total), currency.minor_digits)
    return AmountConverter(currency, "credit_memo" if rounded < 0 else "invoice")
