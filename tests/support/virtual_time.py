"""Sleeps of an event loop on a fake clock: days pass in milliseconds, in the right order."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from typing import Any

from tests.fakes import FakeClock

# Turns of the loop after which every task has reached its next sleep; no chain of awaits in a test
# is longer.
TURNS_UNTIL_ALL_WAIT = 10


class VirtualTime:
    """Hand ``sleep`` and ``clock`` to the code under test, and drive it with ``run``."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    async def sleep(self, seconds: float) -> None:
        """Return once this much time has passed."""
        self.slept.append(seconds)
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.clock.monotonic() + seconds, next(self._order), wake))
        await wake

    async def run(
        self, *work: Coroutine[Any, Any, Any], seconds: float = float("inf")
    ) -> list[asyncio.Task[Any]]:
        """Let time pass until all the work is done, for at most ``seconds``; unfinished work
        continues later.
        """
        tasks = [asyncio.ensure_future(each) for each in work]
        end = self.clock.monotonic() + seconds
        await self._let_all_wait()
        while not self._all_done(tasks):
            if not self._sleepers or self._sleepers[0][0] > end:
                self.clock.advance(end - self.clock.monotonic())
                break
            due, _, wake = heapq.heappop(self._sleepers)
            self.clock.advance(max(0.0, due - self.clock.monotonic()))
            if not wake.done():
                wake.set_result(None)
                await self._let_all_wait()
        return tasks

    @staticmethod
    def _all_done(tasks: list[asyncio.Task[Any]]) -> bool:
        return all(task.done() for task in tasks)

    @staticmethod
    async def _let_all_wait() -> None:
        for _ in range(TURNS_UNTIL_ALL_WAIT):
            await asyncio.sleep(0)
