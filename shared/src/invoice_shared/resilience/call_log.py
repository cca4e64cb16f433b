"""The newest calls to one system: for whom, and whether they succeeded.

The data for the verdict by comparison. Pure.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

# Enough to tell a bad invoice from a bad minute. Older calls say nothing about now.
MAX_CALLS = 1000


class Call(NamedTuple):
    """A completed call; ``at`` is in the clock's monotonic seconds."""

    at: float
    peer: bytes
    served: bool


@dataclass(slots=True)
class CallLog:
    """Remembers the newest ``MAX_CALLS`` calls. Not thread-safe."""

    _calls: deque[Call] = field(default_factory=lambda: deque(maxlen=MAX_CALLS))

    def add(self, call: Call) -> None:
        """Add a call. Calls must be added in the order in which they ended."""
        self._calls.append(call)

    def served_since(self, moment: float, other_than: bytes) -> bool:
        """Whether a call for another peer was served after ``moment``."""
        return any(call.served for call in self._since(moment, other_than))

    def failure_rate_since(self, moment: float, other_than: bytes) -> float:
        """Return the failure rate (0 to 1, exclusive) of other peers' calls after ``moment``.

        Uses Laplace's rule of succession, so that a few successful calls are not certainty.
        """
        served = [call.served for call in self._since(moment, other_than)]
        return (served.count(False) + 1) / (len(served) + 2)

    def _since(self, moment: float, other_than: bytes) -> list[Call]:
        found = []
        for call in reversed(self._calls):
            if call.at <= moment:
                break
            if call.peer != other_than:
                found.append(call)
        return found
