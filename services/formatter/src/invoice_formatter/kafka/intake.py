"""The records in work and the right to acknowledge them: in offset order, never past an unfinished one."""

import asyncio
from collections.abc import Callable, Iterable

from invoice_formatter.kafka.lanes import Lanes, Settle
from invoice_shared.contiguous import ContiguousWindow
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

Acknowledge = Callable[[], object]


class Intake:
    """Takes at most ``capacity`` records into work, and holds at most ``window`` that are not yet acknowledged.

    A slow record holds back the acknowledgement of its partition's later ones, not their work; only once the window is
    full of them does everything wait for it.
    """

    def __init__(
        self,
        settle: Settle,
        *,
        capacity: int,
        window: int,
        metrics: Metrics,
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._lanes = Lanes(settle, self._settled, crashed)
        self._window: ContiguousWindow[Acknowledge] = ContiguousWindow()
        self._capacity = capacity
        self._most_unacknowledged = window
        self._metrics = metrics
        self._changed = asyncio.Event()
        self._is_closed = False

    async def take(self, record: Record, acknowledge: Acknowledge, is_current: Callable[[], bool]) -> None:
        """Take a record into work once there is room.

        ``is_current`` tells whether its partition is still the one that it was read from: after a rebalance it is
        delivered again, and a stale one in front of it would be acknowledged past it.
        """
        while self._is_full() and not self._is_closed:
            self._changed.clear()
            await self._changed.wait()
        if self._is_closed or not is_current():
            return
        self._window.add(record.topic_partition, record.offset, acknowledge)
        self._lanes.put(record)
        self._note_change()

    def _is_full(self) -> bool:
        return self._window.unsettled >= self._capacity or len(self._window) >= self._most_unacknowledged

    def drop(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget revoked partitions: what was in work there is delivered again, to us or to their next owner."""
        revoked = set(partitions)
        for partition in revoked:
            self._window.drop(partition)
        self._lanes.forget(revoked)
        self._note_change()

    async def close(self, seconds: float) -> None:
        """Take nothing more; finish what is in work within ``seconds`` or hand it back."""
        self._is_closed = True
        self._note_change()
        await self._lanes.drain(seconds)

    def _settled(self, record: Record) -> None:
        for acknowledge in self._window.settle(record.topic_partition, record.offset):
            acknowledge()
        self._note_change()

    def _note_change(self) -> None:
        self._metrics.in_flight(self._window.unsettled)
        self._changed.set()
