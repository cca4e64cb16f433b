"""Ctrl-C and SIGTERM as a request to stop, which is read between the steps.

An exception from the signal handler would hit whatever runs then, e.g. a fork hook or a finalizer.
The handler locks nothing either: ``threading.Event.set`` could wait for a lock that the interrupted
code has.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType


def keep_waiting() -> None:
    """Ignore a second signal."""


def give_up() -> None:
    """Raise ``KeyboardInterrupt``."""
    raise KeyboardInterrupt


class Interrupt:
    """Catches both signals from ``__init__`` on, and calls ``insisted`` at each further one."""

    def __init__(self, insisted: Callable[[], None] = keep_waiting) -> None:
        self._is_set = False
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._insisted = insisted
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def is_set(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> None:
        """Return when somebody asks to stop, or after ``timeout`` seconds."""
        if not self._is_set:
            with suppress(Empty):
                self._wake.get(timeout=timeout)

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if somebody asked to stop."""
        if self.is_set():
            give_up()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_set:
            self._insisted()
        self._is_set = True
        self._wake.put(None)
