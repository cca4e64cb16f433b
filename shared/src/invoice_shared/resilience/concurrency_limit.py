"""How many calls to one system may be in flight: fewer while it throttles, back up when it relaxes.

Pure.

Additive increase, multiplicative decrease, as TCP does: one more after as many good answers as are
allowed now, half as many after a sign of too much, one alone after an outage. Every process finds
its share of an account's limit so.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class ConcurrencyLimit:
    """``most`` is the upper bound, and where it begins. Not thread-safe."""

    most: int
    in_flight: int = 0
    _allowed: float = 0.0

    def __post_init__(self) -> None:
        self._allowed = float(self.most)

    @property
    def now(self) -> int:
        """How many calls are allowed at this moment; at least one."""
        return max(1, int(self._allowed))

    def has_room(self) -> bool:
        """Whether one more call may go out."""
        return self.in_flight < self.now

    def relax(self) -> None:
        """Allow more: a good answer came."""
        self._allowed = min(float(self.most), self._allowed + 1 / self._allowed)

    def tighten(self) -> None:
        """Allow half as many: the system had too much."""
        self._allowed = max(1.0, self._allowed / 2)

    def start_over(self) -> None:
        """Allow one call alone, after an outage: no thundering herd."""
        self._allowed = 1.0
