"""Decide whether a 401 is a refusal, because NetSuite also answers 401 under overload."""

import threading
from dataclasses import dataclass, field

from invoice_shared.clock import Clock

REFUSALS = 3
# Refusals in a row must span at least this long, because concurrent calls are refused together.
SECONDS = 3.0


@dataclass(slots=True)
class LoginPatience:
    """Counts refusals. Thread-safe; one for all calls with the same credentials."""

    clock: Clock
    _refusals: int = 0
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self) -> None:
        """Note an accepted login, so that earlier refusals were overload."""
        with self._lock:
            self._refusals = 0

    def is_used_up(self) -> bool:
        """Note a refusal; return whether to believe it."""
        with self._lock:
            now = self.clock.monotonic()
            if self._refusals == 0:
                self._since = now
            self._refusals += 1
            return self._refusals >= REFUSALS and now - self._since >= SECONDS
