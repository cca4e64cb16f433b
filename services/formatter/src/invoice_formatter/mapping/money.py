"""Exact sums, and rounding that keeps the sum of the lines equal to the total. Pure."""

from collections.abc import Iterable, Sequence
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    FloatOperation,
    Inexact,
    InvalidOperation,
    localcontext,
)

from invoice_shared.errors import Rejected

# Arithmetic that raises if a digit would be lost. Amounts have at most 80 digits (see
# ``metronome_invoice.check_amount``).
EXACT = Context(
    prec=200, rounding=ROUND_HALF_EVEN, traps=[FloatOperation, Inexact, InvalidOperation]
)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0))


def round_total(amount: Decimal, minor_digits: int) -> Decimal:
    """Round half-even to the currency's minor unit; the result is never a negative zero."""
    return _major(
        int(_minor(amount, minor_digits).to_integral_value(ROUND_HALF_EVEN)), minor_digits
    )


def check_sum(
    amounts: Sequence[Decimal], total: Decimal, *, minor_digits: int, tolerance: Decimal
) -> None:
    """Compare the lines with the total, in major units; ``tolerance`` is in minor units.

    Raises ``Rejected("totals-mismatch")`` with both figures.
    """
    found = exact_sum(amounts)
    if _minor(EXACT.subtract(found, total), minor_digits).copy_abs() > tolerance:
        raise _mismatch(found, total)


def round_lines(amounts: Sequence[Decimal], total: Decimal, minor_digits: int) -> list[Decimal]:
    """Round each amount so that the sum is the rounded ``total``, by largest remainder.

    Each result is within one minor unit of its exact amount. Of equal remainders the larger amount
    comes first, then the earlier line. Raises ``Rejected("totals-mismatch")`` if the tolerance
    allowed a difference that is too large to be distributed.
    """
    exact = [_minor(amount, minor_digits) for amount in amounts]
    rounded = [int(amount.to_integral_value(ROUND_FLOOR)) for amount in exact]
    missing = int(_minor(round_total(total, minor_digits), minor_digits)) - sum(rounded)
    if missing:
        order = _order_up(exact, rounded) if missing > 0 else _order_down(exact, rounded)
        if abs(missing) > len(order):
            raise _mismatch(exact_sum(amounts), total)
        for index in order[: abs(missing)]:
            rounded[index] += 1 if missing > 0 else -1
    return [_major(amount, minor_digits) for amount in rounded]


def _order_up(exact: Sequence[Decimal], floors: Sequence[int]) -> list[int]:
    with localcontext(EXACT):
        return sorted(
            range(len(exact)),
            key=lambda i: (floors[i] - exact[i], exact[i].copy_abs().copy_negate(), i),
        )


def _order_down(exact: Sequence[Decimal], floors: Sequence[int]) -> list[int]:
    # Only a whole amount is within one minor unit below its floor.
    return sorted(
        (i for i in range(len(exact)) if exact[i] == floors[i]),
        key=lambda i: (exact[i].copy_abs().copy_negate(), i),
    )


def _minor(amount: Decimal, minor_digits: int) -> Decimal:
    return EXACT.scaleb(amount, minor_digits)


def _major(minor: int, minor_digits: int) -> Decimal:
    return EXACT.scaleb(Decimal(minor), -minor_digits)


def _mismatch(found: Decimal, total: Decimal) -> Rejected:
    return Rejected(
        "totals-mismatch",
        f"The lines add up to {found:f}, but Metronome's total is {total:f}. Check the invoice in"
        " Metronome. If it is correct there, the connector does not count some of its lines: bill"
        " it by hand, or raise TOTALS_TOLERANCE.",
    )
