"""Ctrl-C and SIGTERM: a wish to stop that is asked for between the steps.

Raising from the signal handler itself would fall into whatever runs then: a fork hook, a finalizer.
"""

import signal
import threading
from types import FrameType
from typing import NoReturn


class Interrupt:
    """Catches both signals from ``__init__`` on."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if one was asked for."""
        if self._asked.is_set():
            raise KeyboardInterrupt

    def wait(self) -> NoReturn:
        """Wait for the interrupt."""
        self._asked.wait()
        raise KeyboardInterrupt

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
