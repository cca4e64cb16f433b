"""Answers that are kept for a while. Pure but for the clock."""

from collections import OrderedDict
from typing import Generic, TypeVar

from invoice_shared.clock import Clock

# A hierarchy that changes is decided anew after so long.
SECONDS = 600.0
# Bounds the memory for an account of many contracts.
MAX_ENTRIES = 50_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """One event loop's; not thread-safe. The oldest goes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return what was put in the last ten minutes."""
        until, value = self._entries.get(key, (0.0, None))
        return value if self._clock.monotonic() < until else None

    def put(self, key: Key, value: Value) -> None:
        """Keep a value for ten minutes from now on."""
        self._entries.pop(key, None)
        self._entries[key] = (self._clock.monotonic() + SECONDS, value)
        while len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
