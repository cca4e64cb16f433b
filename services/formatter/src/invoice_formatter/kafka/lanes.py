"""Several records in work at once, those with the same key one after the other. Knows no Kafka and no offsets."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from invoice_shared.record import Record, TopicPartition

Settle = Callable[[Record], Awaitable[None]]
"""Settles one record, for good: what it decided is acknowledged by the broker when it returns."""

LaneKey = bytes | tuple[str, int, int]


class Lanes:
    """One lane a key. Bounded by its user: whoever puts a record in decides whether there is room."""

    def __init__(
        self, settle: Settle, settled: Callable[[Record], None], crashed: Callable[[BaseException], None]
    ) -> None:
        self._settle = settle
        self._settled = settled
        self._crashed = crashed
        self._waiting: dict[LaneKey, deque[Record]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, record: Record) -> None:
        """Take a record into work, behind those of its key."""
        key = _lane_key(record)
        if key in self._waiting:
            self._waiting[key].append(record)
            return
        self._waiting[key] = deque([record])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def forget(self, partitions: set[TopicPartition]) -> None:
        """Drop what waits in lanes of these partitions; what is in work goes on, it is repeatable."""
        for waiting in self._waiting.values():
            kept = [record for record in waiting if record.topic_partition not in partitions]
            waiting.clear()
            waiting.extend(kept)

    async def drain(self, seconds: float) -> None:
        """Let the work finish for at most ``seconds``, then abandon the rest: it is delivered again."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, key: LaneKey) -> None:
        waiting = self._waiting[key]
        try:
            while waiting:
                record = waiting.popleft()
                await self._settle(record)
                self._settled(record)
        finally:
            del self._waiting[key]

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crashed(error)


def _lane_key(record: Record) -> LaneKey:
    return record.key if record.key is not None else (record.topic, record.partition, record.offset)
