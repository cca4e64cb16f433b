"""From Metronome's stated amounts to the document's: major units, sign flipped on a credit memo.

Pure and exact.
"""

from dataclasses import dataclass
from decimal import Decimal

from invoice_formatter.mapping.currency import Currency
from invoice_formatter.mapping.metronome_invoice import MetronomeLine
from invoice_formatter.mapping.money import EXACT, round_total
from invoice_shared.invoice import DocumentType


@dataclass(frozen=True, slots=True)
class Measure:
    """How one document states its amounts."""

    currency: Currency
    document_type: DocumentType

    def amount(self, stated: Decimal) -> Decimal:
        """Turn an amount of the invoice into the document's, not rounded."""
        major = self.currency.major(stated)
        return EXACT.minus(major) if self.document_type == "credit_memo" else major

    def total(self, stated: Decimal) -> Decimal:
        """Turn the invoice's total into the document's, rounded to the minor unit."""
        return round_total(self.amount(stated), self.currency.minor_digits)

    def quantity(self, line: MetronomeLine) -> Decimal | None:
        """Give the quantity; where the amount's sign is flipped, a negative quantity is what
        carried it.
        """
        if line.quantity is not None and self._flips_quantity(line):
            return EXACT.minus(line.quantity)
        return line.quantity

    def unit_price(self, line: MetronomeLine) -> Decimal | None:
        """Give the unit price in major units, not rounded; of a flipped amount the quantity or the
        price is flipped.
        """
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


def measure_of(total: Decimal, currency: Currency) -> Measure:
    """Choose the document type by the sign of the rounded total: below zero it is a credit memo."""
    rounded = round_total(currency.major(total), currency.minor_digits)
    return Measure(currency, "credit_memo" if rounded < 0 else "invoice")
