"""Count records that retention deleted before they were read.

Pure bookkeeping; each Kafka client reports what it sees.

Records before the beginning of a partition were deleted. Missing offsets after the beginning were
never records of ours: transactions leave markers, and compaction leaves gaps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Start:
    """A partition at its assignment: its committed (if any), first and next offset."""

    committed: int | None
    beginning: int
    end: int

    @property
    def next(self) -> int:
        """The offset of the first record that the group has not settled."""
        return max(self.committed or 0, self.beginning)


class Losses:
    """Logs and counts each loss once per assignment.

    A group that commits nothing afterwards counts it again.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        # The offset that is read next; None until a record shows it.
        self._next: dict[TopicPartition, int | None] = {}

    def has_begun(self, partition: TopicPartition) -> bool:
        """Whether ``begin`` was called since the partition was assigned."""
        return partition in self._next

    def begin(self, partition: TopicPartition, start: Start | None) -> None:
        """Compare committed and first offset; ``None`` if the broker did not answer."""
        self._next[partition] = start.committed if start else None
        if start is None:
            log.warning("not known whether records were lost", position=_name(partition))
        elif start.committed is not None:
            self.compare(partition, start.beginning)
        elif start.beginning > 0:
            log.warning("start unknown", position=_name(partition), beginning=start.beginning)
            self._metrics.start_unknown(partition.topic)

    def follows_a_gap(self, record: Record) -> bool:
        """Whether offsets before a record are missing; ``compare`` decides if that is a loss."""
        expected = self._next.get(record.topic_partition)
        return expected is not None and record.offset > expected

    def compare(self, partition: TopicPartition, beginning: int) -> None:
        """Count the records between the last one read and the beginning."""
        expected = self._next.get(partition)
        if expected is None or expected >= beginning:
            return
        count = beginning - expected
        log.error("records lost", position=f"{_name(partition)}@{expected}", count=count)
        self._metrics.lost(partition.topic, count)
        self._next[partition] = beginning

    def read(self, record: Record) -> None:
        """Note that a record was read."""
        self._next[record.topic_partition] = record.offset + 1

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget revoked partitions."""
        for partition in partitions:
            self._next.pop(partition, None)


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}[{partition.partition}]"
