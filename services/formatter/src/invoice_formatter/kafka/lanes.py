"""Process several records at once, those with the same key one after the other.

Knows no Kafka and no offsets.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from invoice_shared.record import Record, TopicPartition

# Settles one record: when it returns, the broker has acknowledged the result.
Settle = Callable[[Record], Awaitable[None]]

LaneKey = bytes | tuple[str, int, int]


class Lanes:
    """One lane per key, with the first record of each in work. The caller limits the number."""

    def __init__(
        self,
        settle: Settle,
        settled: Callable[[Record], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._settle = settle
        self._settled = settled
        self._crashed = crashed
        self._lanes: dict[LaneKey, deque[Record]] = {}
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        # Lanes whose first record was dropped: the next one begins when its task has ended.
        self._abandoned: set[LaneKey] = set()
        self._records = 0

    def __len__(self) -> int:
        """Return the number of records in work or behind another of their key."""
        return self._records

    def put(self, record: Record) -> None:
        """Add a record behind those of its key."""
        key = _lane_key(record)
        self._lanes.setdefault(key, deque()).append(record)
        self._records += 1
        if key not in self._tasks:
            self._start(key)

    def keep_only(self, partitions: Collection[TopicPartition]) -> None:
        """Drop the records of other partitions, also those in work: they are delivered again."""
        for key, lane in self._lanes.items():
            if lane and lane[0].topic_partition not in partitions:
                self._abandoned.add(key)
                self._tasks[key].cancel()
            kept = [record for record in lane if record.topic_partition in partitions]
            self._records -= len(lane) - len(kept)
            lane.clear()
            lane.extend(kept)

    async def drain(self, seconds: float) -> None:
        """Wait for the work for at most ``seconds``, then drop the rest: it is delivered again."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)
        self.keep_only(())
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, key: LaneKey) -> None:
        self._tasks[key] = asyncio.create_task(self._run(self._lanes[key]))
        self._tasks[key].add_done_callback(partial(self._ended, key))

    async def _run(self, lane: deque[Record]) -> None:
        while lane:
            await self._settle(lane[0])
            self._records -= 1
            self._settled(lane.popleft())

    def _ended(self, key: LaneKey, task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        # Any other cancelled task ends with the event loop.
        was_abandoned = key in self._abandoned
        self._abandoned.discard(key)
        error = None if task.cancelled() else task.exception()
        if self._lanes[key] and error is None and (was_abandoned or not task.cancelled()):
            self._start(key)
            return
        del self._lanes[key]
        if error is not None:
            self._crashed(error)


def _lane_key(record: Record) -> LaneKey:
    return record.key if record.key is not None else (record.topic, record.partition, record.offset)
