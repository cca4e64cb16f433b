"""Ctrl-C and SIGTERM as a wish to stop, which is asked for between the steps.

Raising from the signal handler itself would fall into whatever runs then: a fork hook, a finalizer.
Nothing is locked in it either: ``threading.Event.set`` could wait there for a lock that the
interrupted code holds.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType


def keep_waiting() -> None:
    """Ignore that somebody insists."""


def give_up() -> None:
    """Raise ``KeyboardInterrupt``."""
    raise KeyboardInterrupt


class Interrupt:
    """Catches both signals from ``__init__`` on. ``insisted`` is called when another one comes."""

    def __init__(self, insisted: Callable[[], None] = keep_waiting) -> None:
        self._is_set = False
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._insisted = insisted
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> None:
        """Return once somebody asks to stop, or after so many seconds."""
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
