"""The limit of concurrent calls to one system, which follows its throttling.

Pure.

One call more after as many good answers as the limit, one less after each throttle, a single one
after an outage. So each process finds its share of an account's limit.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class ConcurrencyLimit:
    """``most`` is the upper bound and the start. Not thread-safe."""

    most: int
    in_flight: int = 0
    _allowed: float = 0.0

    def __post_init__(self) -> None:
        self._allowed = float(self.most)

    @property
    def now(self) -> int:
        """The number of calls allowed now; at least one."""
        return max(1, int(self._allowed))

    def has_room(self) -> bool:
        """Whether one more call may go out."""
        return self.in_flight < self.now

    def relax(self) -> None:
        """Raise the limit after a good answer."""
        self._allowed = min(float(self.most), self._allowed + 1 / self._allowed)

    def tighten(self) -> None:
        """Lower the limit by one call: the system is overloaded."""
        self._allowed = max(1.0, self._allowed - 1)

    def start_over(self) -> None:
        """Allow a single call after an outage, to avoid a thundering herd."""
        self._allowed = 1.0
