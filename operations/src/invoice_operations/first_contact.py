"""Track whether another system was reached in this run.

A system that was reached before is waited for. For one that was never reached, the address is
reported at once: it may be wrong, or the network may block it.
"""

from collections.abc import Callable
from typing import TypeVar

from invoice_shared.errors import CallFailed, Unavailable, Unreachable

Found = TypeVar("Found")


class FirstContact:
    """Wraps calls, and remembers the first response. Thread-safe."""

    def __init__(self) -> None:
        self._is_made = False

    def call(self, call: Callable[[], Found]) -> Found:
        """Return the call's result, or raise its error. Any response counts as a contact."""
        try:
            found = call()
        except Unreachable:
            raise
        except CallFailed:
            self._is_made = True
            raise
        self._is_made = True
        return found

    def is_worth_waiting(self, error: BaseException) -> bool:
        """Return whether the same call may succeed later."""
        if isinstance(error, Unreachable):
            return self._is_made
        return isinstance(error, Unavailable)
