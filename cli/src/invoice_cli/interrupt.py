"""Ctrl-C and SIGTERM as a wish to stop, which is asked for between the steps.

Raising from the signal handler itself would fall into whatever runs then: a fork hook, a finalizer. Nothing is locked
in it either: ``threading.Event.set`` could wait there for a lock that the interrupted code holds.
"""

import signal
from collections.abc import Callable
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
        self._asked: SimpleQueue[None] = SimpleQueue()
        self._insisted = insisted
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return not self._asked.empty()

    def wait(self, timeout: float | None = None) -> None:
        """Return once somebody asks to stop, or after so many seconds."""
        try:
            self._asked.put(self._asked.get(timeout=timeout))
        except Empty:
            return

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if somebody asked to stop."""
        if self.is_set():
            give_up()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_set():
            self._insisted()
        self._asked.put(None)
