"""Count the work in progress that ends soon: calls to Metronome, and publishing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Underway:
    """A counter of steps in progress. Not thread-safe.

    Work that waits for its turn or for another try does not count.
    """

    def __init__(self) -> None:
        self._steps = 0
        self._changed = asyncio.Event()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Count a step from its start to its end."""
        self._steps += 1
        try:
            yield
        finally:
            self._steps -= 1
            self._changed.set()

    async def ended(self, seconds: float) -> bool:
        """Wait until no step is in progress, at most ``seconds``; return whether none is."""
        # A step that was just released does not count yet.
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(seconds):
                while self._steps:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
