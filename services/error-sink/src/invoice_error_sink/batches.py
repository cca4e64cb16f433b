"""Collect the records of the next put, per partition.

Pure, on an injected clock.
"""

from dataclasses import dataclass, field

from invoice_shared.clock import Clock
from invoice_shared.record import Record, TopicPartition

# A batch of large records is put before it has its number of records, to limit memory.
MAX_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class _Batch:
    since: float
    records: list[Record] = field(default_factory=list)
    size: int = 0


class Batches:
    """A batch is due when it is full, large or old."""

    def __init__(self, clock: Clock, max_records: int, max_seconds: float) -> None:
        self._clock = clock
        self._max_records = max_records
        self._max_seconds = max_seconds
        self._batches: dict[TopicPartition, _Batch] = {}

    def add(self, record: Record) -> None:
        """Add a record; a batch's age begins with its first record."""
        partition = record.topic_partition
        if (batch := self._batches.get(partition)) is None:
            batch = self._batches[partition] = _Batch(self._clock.monotonic())
        batch.records.append(record)
        batch.size += len(record.value or b"")

    def due(self) -> list[TopicPartition]:
        """Return the partitions with a batch that is due."""
        return [partition for partition, batch in self._batches.items() if self._is_due(batch)]

    def partitions(self) -> list[TopicPartition]:
        """Return the partitions with waiting records."""
        return list(self._batches)

    def head(self, partition: TopicPartition) -> list[Record]:
        """Return the records of the next object, at most ``max_records``."""
        return self._batches[partition].records[: self._max_records]

    def remove(self, partition: TopicPartition, end: int) -> None:
        """Remove the records up to offset ``end``, which are stored."""
        left = [record for record in self._batches.pop(partition).records if record.offset > end]
        for record in left:
            self.add(record)

    def drop(self, partition: TopicPartition) -> None:
        """Drop a revoked partition."""
        self._batches.pop(partition, None)

    def _is_due(self, batch: _Batch) -> bool:
        old = self._clock.monotonic() - batch.since >= self._max_seconds
        return old or batch.size >= MAX_BYTES or len(batch.records) >= self._max_records
