"""Limit the rate of calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from invoice_shared.clock import Clock


def sleep(seconds: float) -> None:
    """Wait. Ctrl-C interrupts it."""
    threading.Event().wait(seconds)


@dataclass(slots=True)
class RateLimit:
    """Spaces calls evenly, without bursts to catch up.

    ``per_second=None`` means no limit. Thread-safe.
    """

    per_second: float | None
    clock: Clock
    sleep: Callable[[float], None] = sleep
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when the next call may go."""
        with self._lock:
            now = self.clock.monotonic()
            if now < self._next:
                self.sleep(self._next - now)
            if self.per_second is not None:
                self._next = max(now, self._next) + 1 / self.per_second

    def hold(self, seconds: float) -> None:
        """Delay all calls: the other system asked for it."""
        with self._lock:
            self._next = max(self._next, self.clock.monotonic() + seconds)
