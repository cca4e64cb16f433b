"""The limit of wrong passwords per address. Pure, except for what it remembers."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_ATTEMPTS = 5
WINDOW_SECONDS = 60.0
# Addresses that are remembered; if there are more, the one idle for longest is forgotten.
MAX_ADDRESSES = 10_000


@dataclass(slots=True)
class Attempts:
    """Wrong passwords by address. ``now`` returns monotonic seconds. Not thread-safe."""

    now: Callable[[], float]
    _wrong: dict[str, deque[float]] = field(default_factory=dict)

    def begin(self, address: str) -> bool:
        """Return whether an attempt may be made; it counts as wrong until ``was_right``.

        Otherwise many attempts at the same time could pass the limit.
        """
        recent = self._wrong.pop(address, deque())
        while recent and self.now() - recent[0] >= WINDOW_SECONDS:
            recent.popleft()
        self._wrong[address] = recent
        while len(self._wrong) > MAX_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        if len(recent) >= MAX_ATTEMPTS:
            return False
        recent.append(self.now())
        return True

    def was_right(self, address: str) -> None:
        """Take the newest attempt back."""
        if recent := self._wrong.get(address):
            recent.pop()
