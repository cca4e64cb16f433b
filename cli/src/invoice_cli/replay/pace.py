"""No faster than so many records a second."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from invoice_cli.exits import CommandFailed, Exit
from invoice_shared.clock import Clock

RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|m|h))?")
SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_rate(text: str) -> float:
    """Read ``50/s`` or ``600/m`` as records a second; a bare number is per second."""
    found = RATE.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise CommandFailed(Exit.USAGE, f"“{text}” is no rate. Give records a second, e.g. 50/s, or 600/m.")
    return float(found[1]) / SECONDS[found[2] or "s"]


@dataclass(slots=True)
class Pace:
    """Spaces calls evenly; time lost elsewhere is not made up by a burst. ``per_second=None``: no limit."""

    per_second: float | None
    clock: Clock
    sleep: Callable[[float], object]
    _next: float = 0.0

    def wait(self) -> None:
        """Return when the next may go."""
        if self.per_second is None:
            return
        now = self.clock.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.per_second
