"""Liveness and readiness of a process, as its ops port reports them. Thread-safe."""

import threading
from collections.abc import Callable, Mapping

from invoice_shared.clock import Clock

# Without the broker there is no progress, and a restart does not help.
BROKER = "kafka"


class Health:
    """Ready while nothing is missing. Live unless something is stuck that a restart may fix.

    Stuck is a loop that no longer runs, because it hangs or its thread has died. Stuck is also a
    process with waiting records, or without an assignment, that made no progress for
    ``stall_seconds`` while the broker answered.
    """

    def __init__(self, clock: Clock, stall_seconds: float) -> None:
        self._clock = clock
        self._stall_seconds = stall_seconds
        self._lock = threading.Lock()
        self._missing: dict[str, str] = {}
        self._probes: list[Callable[[], Mapping[str, str]]] = []
        self._lag: int | None = 0
        self._quiet_since = clock.monotonic()
        self._turned: dict[str, tuple[float, float]] = {}
        self._polled: dict[str, tuple[float, float]] = {}

    def missing(self, what: str, why: str) -> None:
        """Note that a part is missing, and why in one sentence."""
        with self._lock:
            self._missing[what] = why

    def present(self, what: str) -> None:
        """Note that a part is available."""
        with self._lock:
            if self._missing.pop(what, None) is not None and what == BROKER:
                self._begin_anew()

    def ask(self, probe: Callable[[], Mapping[str, str]]) -> None:
        """Call ``probe`` at each readiness request; it returns the reason per missing part."""
        self._probes.append(probe)

    def why(self, what: str) -> str | None:
        """Return why a part is missing; ``None`` if it is not."""
        with self._lock:
            return self._missing.get(what)

    def progress(self) -> None:
        """Note that an offset was committed or that a call to another system ended in any way."""
        with self._lock:
            self._quiet_since = self._clock.monotonic()

    def lag(self, count: int | None) -> None:
        """Note how many records wait; ``None`` while there is no assignment.

        The stall timer starts when the lag rises from zero.
        """
        with self._lock:
            if self._lag == 0:
                self._quiet_since = self._clock.monotonic()
            self._lag = count

    def turned(self, loop: str, within: float) -> None:
        """Note that a loop runs and will report again within ``within`` seconds."""
        with self._lock:
            self._turned[loop] = (self._clock.monotonic(), within)

    def polled(self, loop: str, within: float) -> None:
        """Note the same of a loop that polls the broker and may wait during an outage."""
        with self._lock:
            self._polled[loop] = (self._clock.monotonic(), within)

    def is_live(self) -> bool:
        """Whether a restart would not help."""
        return not self.stuck()

    def stuck(self) -> list[str]:
        """Return a sentence per problem that a restart may fix; empty if live."""
        with self._lock:
            now = self._clock.monotonic()
            if BROKER in self._missing:
                return _hung(self._turned, now)
            return [*_hung(self._turned | self._polled, now), *self._stalled(now)]

    def _stalled(self, now: float) -> list[str]:
        quiet = now - self._quiet_since
        if self._lag == 0 or quiet < self._stall_seconds:
            return []
        waiting = "no partition was assigned" if self._lag is None else f"{self._lag} records wait"
        return [f"{waiting}, and there was no progress for {quiet:.0f} seconds"]

    def _begin_anew(self) -> None:
        """Restart the timers: without the broker there can be no progress."""
        now = self._clock.monotonic()
        self._quiet_since = now
        self._polled = {loop: (now, within) for loop, (_at, within) in self._polled.items()}

    def reasons(self) -> dict[str, str]:
        """Return the reason per missing part; empty if ready."""
        asked = [part for probe in self._probes for part in probe().items()]
        with self._lock:
            return dict(sorted((dict(asked) | self._missing).items()))

    def missing_parts(self) -> list[str]:
        """Return ``part: why`` per missing part; empty if ready."""
        return [f"{part}: {why}" for part, why in self.reasons().items()]


def _hung(loops: Mapping[str, tuple[float, float]], now: float) -> list[str]:
    return [
        f"the {loop} does not turn" for loop, (at, within) in loops.items() if now - at >= within
    ]
