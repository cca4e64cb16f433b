"""Compute the offsets to commit: per partition, that of the first unfinished record.

Pure.
"""

from collections.abc import Collection, Mapping

from invoice_shared.contiguous import ContiguousWindow
from invoice_shared.record import Record, TopicPartition


class Offsets:
    """The records that are not committed yet. Not thread-safe."""

    def __init__(self) -> None:
        self._window: ContiguousWindow[int] = ContiguousWindow()
        self._next: dict[TopicPartition, int] = {}
        self._uncommitted: set[TopicPartition] = set()

    def __len__(self) -> int:
        """Return the number of records from the first unfinished one on, finished ones included."""
        return len(self._window)

    def enter(self, record: Record) -> None:
        """Add a record."""
        self._window.add(record.topic_partition, record.offset, record.offset)
        self._next.setdefault(record.topic_partition, record.offset)

    def settle(self, record: Record) -> None:
        """Mark a record as finished."""
        done = self._window.settle(record.topic_partition, record.offset)
        if done:
            self._next[record.topic_partition] = done[-1] + 1
            self._uncommitted.add(record.topic_partition)

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Drop partitions: none of their offsets is committed from now on."""
        for partition in partitions:
            self._window.drop(partition)
            self._next.pop(partition, None)
            self._uncommitted.discard(partition)

    def committable(self) -> dict[TopicPartition, int]:
        """Return, per partition that advanced, the offset of its first unfinished record."""
        return {partition: self._next[partition] for partition in self._uncommitted}

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Store the offsets that the broker confirmed."""
        self._uncommitted -= {
            partition
            for partition, offset in offsets.items()
            if self._next.get(partition) == offset
        }
