"""When a 401 means that our credentials are refused: NetSuite also answers 401 INVALID_LOGIN under
overload.
"""

import threading
from dataclasses import dataclass, field

from invoice_shared.clock import Clock

REFUSALS = 3
# Refusals in a row, spread over at least this long: several calls in flight refused at once are one
# sign.
SECONDS = 3.0


@dataclass(slots=True)
class LoginPatience:
    """Thread-safe; one for all calls with the same credentials."""

    clock: Clock
    _refusals: int = 0
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self) -> None:
        """NetSuite knew us: whatever was before, was overload."""
        with self._lock:
            self._refusals = 0

    def is_used_up(self) -> bool:
        """Note one more refusal; tell whether it is time to believe it."""
        with self._lock:
            now = self.clock.monotonic()
            if self._refusals == 0:
                self._since = now
            self._refusals += 1
            return self._refusals >= REFUSALS and now - self._since >= SECONDS
