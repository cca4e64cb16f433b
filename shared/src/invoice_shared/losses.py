"""Records that retention deleted before they were read.

Pure bookkeeping; each Kafka client tells it what it sees.

What lies before the beginning of its partition was deleted. Offsets that are missing behind the
beginning were never records of ours: transactions leave markers there, and compaction leaves gaps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Start:
    """A partition when it is assigned: what the group committed, if anything, and its first and
    next offset.
    """

    committed: int | None
    beginning: int
    end: int

    @property
    def next(self) -> int:
        """The offset of the first record that the group has not settled."""
        return max(self.committed or 0, self.beginning)


class Losses:
    """Logs and counts each loss once per assignment.

    A group that commits nothing afterwards has it counted again.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        # The offset that is read next; None until a record shows it.
        self._next: dict[TopicPartition, int | None] = {}

    def has_begun(self, partition: TopicPartition) -> bool:
        """Whether ``begin`` was called since the partition was assigned."""
        return partition in self._next

    def begin(self, partition: TopicPartition, start: Start | None) -> None:
        """Compare where the group stands with where the partition begins; ``None`` if the broker
        did not answer.
        """
        self._next[partition] = start.committed if start else None
        if start is None:
            log.warning("not known whether records were lost", position=_name(partition))
        elif start.committed is not None:
            self.compare(partition, start.beginning)
        elif start.beginning > 0:
            log.warning("start unknown", position=_name(partition), beginning=start.beginning)
            self._metrics.start_unknown(partition.topic)

    def follows_a_gap(self, record: Record) -> bool:
        """Whether offsets before a record are missing; ``compare`` tells whether that is a loss."""
        expected = self._next.get(record.topic_partition)
        return expected is not None and record.offset > expected

    def compare(self, partition: TopicPartition, beginning: int) -> None:
        """Count what lay between the last record that was read and the beginning."""
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
        """Forget partitions that were given up."""
        for partition in partitions:
            self._next.pop(partition, None)


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}[{partition.partition}]"
