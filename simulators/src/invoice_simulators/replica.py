"""A replica for look-ups: it shows writes in order, each after a delay.

Pure, apart from the given clock.

No vendor documents how soon a new document is found, and a delayed list is the usual cause of
duplicates.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from invoice_simulators.wire import Clock

Stored = TypeVar("Stored")


class Replica(Generic[Stored]):
    """Values by id, oldest first, and by one more key (``key_of``).

    ``lag`` is in seconds; null: writes only appear on ``settle``. A longer lag does not hide
    visible writes again.
    """

    def __init__(
        self, lag: Callable[[], float | None], clock: Clock, key_of: Callable[[Stored], Hashable]
    ) -> None:
        self._lag = lag
        self._clock = clock
        self._key_of = key_of
        self._writes: deque[tuple[float, str, Stored | None]] = deque()
        self._values: dict[str, Stored] = {}
        self._ids: dict[Hashable, dict[str, None]] = {}

    def write(self, identity: str, value: Stored | None) -> None:
        """Add a write; null: deleted."""
        self._writes.append((self._clock(), identity, value))

    def settle(self, count: int | None = None) -> None:
        """Show the oldest ``count`` pending writes; null: all."""
        for _ in range(len(self._writes) if count is None else min(count, len(self._writes))):
            self._apply()

    def values(self) -> Iterable[Stored]:
        """Return the visible values, oldest first."""
        self._catch_up()
        return self._values.values()

    def find(self, key: Hashable) -> list[Stored]:
        """Return the visible values of a key, oldest first."""
        self._catch_up()
        return [self._values[identity] for identity in self._ids.get(key, ())]

    def clear(self) -> None:
        """Forget everything."""
        self._writes.clear()
        self._values.clear()
        self._ids.clear()

    def _catch_up(self) -> None:
        lag, now = self._lag(), self._clock()
        while lag is not None and self._writes and self._writes[0][0] + lag <= now:
            self._apply()

    def _apply(self) -> None:
        _, identity, value = self._writes.popleft()
        known = self._values.get(identity)
        if known is not None and (value is None or self._key_of(known) != self._key_of(value)):
            self._ids[self._key_of(known)].pop(identity, None)
        if value is None:
            self._values.pop(identity, None)
            return
        self._values[identity] = value
        self._ids.setdefault(self._key_of(value), {})[identity] = None
