"""A cache of Metronome's responses. Pure, except the clock."""

from collections import OrderedDict
from typing import Generic, TypeVar

from invoice_shared.clock import Clock

# A changed hierarchy is read again after this time.
SECONDS = 600.0
# Limits the memory for an account of many contracts.
MAX_ENTRIES = 50_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """A cache that removes the oldest entry first. Not thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return the value that was put in the last ten minutes, or ``None``."""
        until, value = self._entries.get(key, (0.0, None))
        return value if self._clock.monotonic() < until else None

    def put(self, key: Key, value: Value) -> None:
        """Store a value for ten minutes."""
        self._entries.pop(key, None)
        self._entries[key] = (self._clock.monotonic() + SECONDS, value)
        while len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
