"""Exact sums, and rounding that keeps them: lines always add up to the document's total. Pure."""

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

# Arithmetic that raises instead of losing a digit. Amounts have at most 80 (see
# ``metronome_invoice.Amount``).
EXACT = Context(
    prec=200, rounding=ROUND_HALF_EVEN, traps=[FloatOperation, Inexact, InvalidOperation]
)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Add up without losing a digit."""
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0))


def round_total(amount: Decimal, minor_digits: int) -> Decimal:
    """Round half-even to the currency's minor unit; never gives a negative zero."""
    return _major(
        int(_minor(amount, minor_digits).to_integral_value(ROUND_HALF_EVEN)), minor_digits
    )


def check_sum(
    amounts: Sequence[Decimal], total: Decimal, *, minor_digits: int, tolerance: Decimal
) -> None:
    """Compare the lines with the total, all in major units; ``tolerance`` is in minor units.

    Raises ``Rejected("totals-mismatch")`` with both figures.
    """
    found = exact_sum(amounts)
    if _minor(EXACT.subtract(found, total), minor_digits).copy_abs() > tolerance:
        raise _mismatch(found, total)


def round_lines(amounts: Sequence[Decimal], total: Decimal, minor_digits: int) -> list[Decimal]:
    """Round each amount to the minor unit so that together they are the rounded ``total``, by
    largest remainder.

    Each result lies within one minor unit of its exact amount; of equal remainders the larger
    amount comes first, then the earlier line. Raises ``Rejected("totals-mismatch")`` where a
    generous tolerance let a difference pass that cannot be spread that finely.
    """
    exact = [_minor(amount, minor_digits) for amount in amounts]
    rounded = [int(amount.to_integral_value(ROUND_FLOOR)) for amount in exact]
    missing = int(_minor(round_total(total, minor_digits), minor_digits)) - sum(rounded)
    step = 1 if missing > 0 else -1
    order = _order_up(exact, rounded) if missing > 0 else _order_down(exact, rounded)
    if abs(missing) > len(order):
        raise _mismatch(exact_sum(amounts), total)
    for index in order[: abs(missing)]:
        rounded[index] += step
    return [_major(amount, minor_digits) for amount in rounded]


def _order_up(exact: Sequence[Decimal], floors: Sequence[int]) -> list[int]:
    with localcontext(EXACT):
        return sorted(
            range(len(exact)),
            key=lambda i: (floors[i] - exact[i], exact[i].copy_abs().copy_negate(), i),
        )


def _order_down(exact: Sequence[Decimal], floors: Sequence[int]) -> list[int]:
    # Below its floor only a whole amount stays within one minor unit.
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
        f"The lines add up to {found:f}, but Metronome's total is {total:f}. Compare the invoice in"
        " Metronome; if it is right there, its lines have a kind that the connector does not"
        " count. Bill it by hand or raise TOTALS_TOLERANCE.",
    )
