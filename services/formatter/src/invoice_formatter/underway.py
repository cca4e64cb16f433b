"""What has begun and ends by itself soon: calls to Metronome, and records being written."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Underway:
    """One event loop's; not thread-safe.

    What waits, for its turn or for another try, is not under way.
    """

    def __init__(self) -> None:
        self._steps = 0
        self._changed = asyncio.Event()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Count a step from its begin to its end."""
        self._steps += 1
        try:
            yield
        finally:
            self._steps -= 1
            self._changed.set()

    async def ended(self, seconds: float) -> bool:
        """Wait until nothing is under way, at most ``seconds``; return whether it is so."""
        # What was let go a moment ago has not begun to count yet.
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(seconds):
                while self._steps:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
