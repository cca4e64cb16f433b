"""Limit repeated log lines to one per minute and cause."""

from collections.abc import Callable

EVERY_SECONDS = 60.0
MAX_CAUSES = 1000


class Repeats:
    """Decides which of the repeated lines to write, and counts the others. Not thread-safe.

    Beyond ``MAX_CAUSES``, the cause with the oldest line is forgotten.
    """

    def __init__(self, monotonic: Callable[[], float], every: float = EVERY_SECONDS) -> None:
        self._monotonic = monotonic
        self._every = every
        self._written: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def due(self, cause: str) -> int | None:
        """Return how many lines of a cause were dropped since its last; ``None`` to drop it."""
        now = self._monotonic()
        written = self._written.get(cause)
        if written is not None and now - written < self._every:
            self._left_out[cause] = self._left_out.get(cause, 0) + 1
            return None
        self._written.pop(cause, None)
        self._written[cause] = now  # moves it to the end
        self._forget_beyond(MAX_CAUSES)
        return self._left_out.pop(cause, 0)

    def _forget_beyond(self, most: int) -> None:
        if len(self._written) > most:
            oldest = next(iter(self._written))
            del self._written[oldest]
            self._left_out.pop(oldest, None)
