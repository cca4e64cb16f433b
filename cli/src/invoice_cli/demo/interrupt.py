"""Ctrl-C and SIGTERM at any time. An exception raised by a signal can be swallowed by whatever code it falls into (a
finalizer, a callback), so the wish to stop is also kept, and asked for between the steps."""

import signal
import threading
from types import FrameType
from typing import NoReturn


class Interrupt:
    """Raises ``KeyboardInterrupt`` on the signal, and again at the next ``check`` should that one be lost."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if one was asked for."""
        if self._asked.is_set():
            raise KeyboardInterrupt

    def wait(self) -> NoReturn:
        """Wait for the interrupt."""
        self._asked.wait()
        raise KeyboardInterrupt

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        raise KeyboardInterrupt
