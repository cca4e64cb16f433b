"""One log line per minute and cause for what may repeat thousands of times a second."""

from collections.abc import Callable

EVERY_SECONDS = 60.0


class Repeats:
    """Decides which of the repeated lines is written, and counts the others. For one thread.

    Causes come from the code, never from a sender: they are kept.
    """

    def __init__(self, monotonic: Callable[[], float], every: float = EVERY_SECONDS) -> None:
        self._monotonic = monotonic
        self._every = every
        self._written: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def due(self, cause: str) -> int | None:
        """Return how many lines of this cause were left out since the last; ``None`` leaves this one out, too."""
        now = self._monotonic()
        written = self._written.get(cause)
        if written is not None and now - written < self._every:
            self._left_out[cause] = self._left_out.get(cause, 0) + 1
            return None
        self._written[cause] = now
        return self._left_out.pop(cause, 0)
