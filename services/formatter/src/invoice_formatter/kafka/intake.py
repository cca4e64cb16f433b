"""Take records into work, and acknowledge them in offset order, never past an unfinished one."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from invoice_formatter.kafka.kept import KeptRecords
from invoice_formatter.kafka.lanes import Lanes, Settle
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared.contiguous import ContiguousWindow
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)

Acknowledge = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Brakes:
    """Stops all work: no call begins, and those in progress end."""

    turns: Turns
    underway: Underway

    async def stop(self, seconds: float) -> None:
        """Return when no work is in progress, or after ``seconds``."""
        self.turns.hold()
        if not await self.underway.ended(seconds):
            log.warning(
                "a partition is revoked with work in progress; its next owner may repeat the work"
            )

    def release(self) -> None:
        """Continue."""
        self.turns.release()


class Intake:
    """Takes at most ``capacity`` records into work, and at most ``window`` unacknowledged ones.

    A slow record delays the acknowledgement of its partition's later records, not their work. Only
    when the window is full of them does all work wait for it.
    """

    def __init__(
        self,
        settle: Settle,
        brakes: Brakes,
        *,
        capacity: int,
        window: int,
        metrics: Metrics,
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._lanes = Lanes(settle, self._settled, crashed)
        self._brakes = brakes
        self._window: ContiguousWindow[tuple[Record, Acknowledge]] = ContiguousWindow()
        self._kept = KeptRecords()
        self._capacity = capacity
        self._most_unacknowledged = window
        self._metrics = metrics
        self._changed = asyncio.Event()
        self._is_stopped = False
        self._is_closed = False

    async def take(
        self, record: Record, acknowledge: Acknowledge, is_current: Callable[[], bool]
    ) -> None:
        """Take a record into work when there is room; do not repeat one from before a rebalance.

        ``is_current`` returns whether the record was read since the last rebalance. An earlier one
        is delivered again, and a stale one before it would be acknowledged past it.
        """
        if is_current() and self._take_again(record, acknowledge):
            return
        while (self._is_full() or self._is_stopped) and not self._is_closed:
            self._changed.clear()
            await self._changed.wait()
        if self._is_closed or not is_current():
            return
        self._window.add(record.topic_partition, record.offset, (record, acknowledge))
        self._lanes.put(record)
        self._note_change()

    def _take_again(self, record: Record, acknowledge: Acknowledge) -> bool:
        kept = self._kept.claim(record)
        if kept is None:
            return False
        self._window.add(record.topic_partition, record.offset, (record, acknowledge))
        if kept.settled:
            self._settled(record)
        return True

    def _is_full(self) -> bool:
        return len(self._lanes) >= self._capacity or len(self._window) >= self._most_unacknowledged

    async def stop(self, seconds: float) -> None:
        """Stop all work before partitions are revoked, in at most ``seconds``.

        When this returns, all finished records are acknowledged, and no more are until ``go_on``.
        """
        self._is_stopped = True
        await self._brakes.stop(seconds)
        unacknowledged = self._window.take_all()
        still_kept = self._kept.take_all()
        for (record, _), settled in unacknowledged:
            self._kept.keep(record, settled=settled)
        for kept in still_kept:
            self._kept.keep(kept.record, settled=kept.settled)

    def go_on(self, assigned: Collection[TopicPartition]) -> None:
        """Continue with these partitions, and drop the work of all others."""
        self._kept.restrict(assigned)
        self._lanes.keep_only(assigned)
        self._is_stopped = False
        self._brakes.release()
        self._note_change()

    async def close(self, seconds: float) -> None:
        """Take no more records; finish those in work within ``seconds``, and drop the rest."""
        self._is_closed = True
        self._note_change()
        await self._lanes.drain(seconds)

    def _settled(self, record: Record) -> None:
        self._kept.settle(record)
        for _, acknowledge in self._window.settle(record.topic_partition, record.offset):
            acknowledge()
        self._note_change()

    def _note_change(self) -> None:
        self._metrics.in_flight(len(self._lanes))
        self._changed.set()
