"""Stop calling a system that keeps failing, so that the rest of a run is short."""

import threading
from collections.abc import Callable
from typing import TypeVar

from invoice_shared.errors import CredentialsRefused, Unavailable

MAX_IN_A_ROW = 5
Answer = TypeVar("Answer")


class GivingUp:
    """Thread-safe.

    Stops after refused credentials or several failures in a row. ``name`` is the system's.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._failures = 0
        self._why: str | None = None

    def call(self, call: Callable[[], Answer]) -> Answer:
        """Return what the call returns.

        Raises what it raises, or ``Unavailable`` without a call after giving up.
        """
        if self._why is not None:
            raise Unavailable(f"{self._name} is no longer called in this run: {self._why}")
        try:
            answer = call()
        except CredentialsRefused as error:
            self._count(MAX_IN_A_ROW, error.reason)
            raise
        except Unavailable as error:
            self._count(1, error.reason)
            raise
        with self._lock:
            self._failures = 0
        return answer

    def _count(self, failures: int, why: str) -> None:
        with self._lock:
            self._failures += failures
            if self._failures >= MAX_IN_A_ROW:
                self._why = why
