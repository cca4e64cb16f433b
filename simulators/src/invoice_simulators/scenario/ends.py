"""How an invoice must end."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Created:
    """The provider holds one document.

    ``total`` is in major units and not negative, also for a credit memo.
    """

    document_type: str
    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rightly not sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Filed for a person to mend."""

    stage: str
    code: str


End = Created | Skipped | Failed


def created(currency: str, major: Decimal) -> Created:
    """Return the document of a sound invoice from its exact total in major units; both currencies
    have two decimals.
    """
    total = major.quantize(CENT, ROUND_HALF_EVEN)
    return Created("credit_memo" if total < 0 else "invoice", currency, abs(total))


def at_razorpay(end: Created, *, has_negative_line: bool) -> End:
    """Return what becomes of a sound invoice at Razorpay, which knows neither credit memos,
    negative lines nor zero.
    """
    if end.document_type == "credit_memo" or has_negative_line:
        return Failed("creator", "negative-amount")
    return end if end.total else Failed("creator", "below-minimum")
