"""Exact sums of amounts in SQL, because SQLite's own sum uses floats."""

from decimal import Context, Decimal

# Wider than any sum of amounts: one has at most 100 digits before and after the point.
EXACT = Context(prec=250)


class DecimalSum:
    """The aggregate ``decimal_sum`` over amounts as text; null if there are none."""

    def __init__(self) -> None:
        self._sum: Decimal | None = None

    def step(self, amount: str | None) -> None:
        """Add an amount."""
        if amount is not None:
            self._sum = EXACT.add(self._sum or Decimal(0), Decimal(amount))

    def finalize(self) -> str | None:
        """Return the sum as text."""
        return None if self._sum is None else format(self._sum, "f")
