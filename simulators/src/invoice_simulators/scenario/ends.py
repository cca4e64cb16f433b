"""The expected results of invoices."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Created:
    """The provider has one document.

    ``total`` is in major units and not negative, also for a credit memo.
    """

    document_type: str
    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Skipped:
    """Correctly not sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Filed for a person to fix."""

    stage: str
    code: str


End = Created | Skipped | Failed


def created(currency: str, major: Decimal) -> Created:
    """Return a valid invoice's document from its exact total; both currencies have cents."""
    total = major.quantize(CENT, ROUND_HALF_EVEN)
    return Created("credit_memo" if total < 0 else "invoice", currency, abs(total))


def at_razorpay(end: Created, *, has_negative_line: bool) -> End:
    """Return a valid invoice's result at Razorpay, which only accepts positive lines."""
    if end.document_type == "credit_memo" or has_negative_line:
        return Failed("creator", "negative-amount")
    return end if end.total else Failed("creator", "below-minimum")
