"""Liveness and readiness of a process, as the ops port tells them. Thread-safe."""

import threading
from collections.abc import Callable, Mapping

from invoice_shared.clock import Clock


class Health:
    """Ready while nothing is missing. Live unless records wait and there was no progress for ``stall_seconds``."""

    def __init__(self, clock: Clock, stall_seconds: float) -> None:
        self._clock = clock
        self._stall_seconds = stall_seconds
        self._lock = threading.Lock()
        self._missing: dict[str, str] = {}
        self._probes: list[Callable[[], Mapping[str, str]]] = []
        self._lag = 0
        self._quiet_since = clock.monotonic()

    def missing(self, what: str, why: str) -> None:
        """Say that a part is not there, and why in one sentence."""
        with self._lock:
            self._missing[what] = why

    def present(self, what: str) -> None:
        """Say that a part is there."""
        with self._lock:
            self._missing.pop(what, None)

    def ask(self, probe: Callable[[], Mapping[str, str]]) -> None:
        """Ask ``probe`` whenever somebody wants to know; it returns what is missing, and why, by part."""
        self._probes.append(probe)

    def why(self, what: str) -> str | None:
        """Give the reason for which a part is missing; ``None`` where it is there."""
        with self._lock:
            return self._missing.get(what)

    def progress(self) -> None:
        """Note that an offset was committed, or that an attempt at another system ended, however it did."""
        with self._lock:
            self._quiet_since = self._clock.monotonic()

    def lag(self, count: int) -> None:
        """Say how many records wait; a wait begins when the first of them appears."""
        with self._lock:
            if self._lag == 0:
                self._quiet_since = self._clock.monotonic()
            self._lag = count

    def is_live(self) -> bool:
        """Tell whether the process makes progress or is idle."""
        with self._lock:
            return self._lag == 0 or self._clock.monotonic() - self._quiet_since < self._stall_seconds

    def reasons(self) -> dict[str, str]:
        """Return why, by part, for all that keeps the process from its work; empty = ready."""
        asked = [part for probe in self._probes for part in probe().items()]
        with self._lock:
            return dict(sorted((dict(asked) | self._missing).items()))

    def missing_parts(self) -> list[str]:
        """Return ``part: why`` for all that keeps the process from its work; empty = ready."""
        return [f"{part}: {why}" for part, why in self.reasons().items()]
