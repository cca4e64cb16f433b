"""Liveness and readiness of a process, as the ops port tells them. Thread-safe."""

import threading
from collections.abc import Callable, Mapping

from invoice_shared.clock import Clock

# The part without which there can be no progress, whatever is restarted.
BROKER = "kafka"


class Health:
    """Ready while nothing is missing. Live unless something is stuck that a restart may cure.

    That is a loop that does not turn, since it hangs or its thread has died. It is also a process
    that waits for records to be settled, or for its assignment, and made no progress for
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
        """Say that a part is not there, and why in one sentence."""
        with self._lock:
            self._missing[what] = why

    def present(self, what: str) -> None:
        """Say that a part is there."""
        with self._lock:
            if self._missing.pop(what, None) is not None and what == BROKER:
                self._begin_anew()

    def ask(self, probe: Callable[[], Mapping[str, str]]) -> None:
        """Ask ``probe`` whenever somebody wants to know; it returns what is missing, and why, by
        part.
        """
        self._probes.append(probe)

    def why(self, what: str) -> str | None:
        """Give the reason for which a part is missing; ``None`` where it is there."""
        with self._lock:
            return self._missing.get(what)

    def progress(self) -> None:
        """Note that an offset was committed, or that an attempt at another system ended, however it
        did.
        """
        with self._lock:
            self._quiet_since = self._clock.monotonic()

    def lag(self, count: int | None) -> None:
        """Note how many records wait; ``None``: an assignment is waited for, so nobody knows.

        A wait begins with it.
        """
        with self._lock:
            if self._lag == 0:
                self._quiet_since = self._clock.monotonic()
            self._lag = count

    def turned(self, loop: str, within: float) -> None:
        """Note that a loop turns, and will again within so many seconds."""
        with self._lock:
            self._turned[loop] = (self._clock.monotonic(), within)

    def polled(self, loop: str, within: float) -> None:
        """Note the same of a loop that asks the broker, and may wait for it while it is away."""
        with self._lock:
            self._polled[loop] = (self._clock.monotonic(), within)

    def is_live(self) -> bool:
        """Whether a restart would cure nothing."""
        return not self.stuck()

    def stuck(self) -> list[str]:
        """Return what a restart may cure, in words; empty = live."""
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
        """Forget how long nothing moved: without the broker nothing can."""
        now = self._clock.monotonic()
        self._quiet_since = now
        self._polled = {loop: (now, within) for loop, (_at, within) in self._polled.items()}

    def reasons(self) -> dict[str, str]:
        """Return why, by part, for all that keeps the process from its work; empty = ready."""
        asked = [part for probe in self._probes for part in probe().items()]
        with self._lock:
            return dict(sorted((dict(asked) | self._missing).items()))

    def missing_parts(self) -> list[str]:
        """Return ``part: why`` for all that keeps the process from its work; empty = ready."""
        return [f"{part}: {why}" for part, why in self.reasons().items()]


def _hung(loops: Mapping[str, tuple[float, float]], now: float) -> list[str]:
    return [
        f"the {loop} does not turn" for loop, (at, within) in loops.items() if now - at >= within
    ]
