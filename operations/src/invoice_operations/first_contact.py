"""Whether another system was ever reached in this run.

One that was is waited for while it is away. Of one that was not, a person learns the address at
once: it may be mistyped, or the network may not let us out.
"""

from collections.abc import Callable
from typing import TypeVar

from invoice_shared.errors import CallFailed, Unavailable, Unreachable

Found = TypeVar("Found")


class FirstContact:
    """Thread-safe."""

    def __init__(self) -> None:
        self._is_made = False

    def call(self, call: Callable[[], Found]) -> Found:
        """Return what the call returns; raises what it raises. Any answer is a contact."""
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
        """Whether the same call may succeed after a while."""
        if isinstance(error, Unreachable):
            return self._is_made
        return isinstance(error, Unavailable)
