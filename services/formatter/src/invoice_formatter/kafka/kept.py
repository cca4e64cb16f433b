"""Remember the records that are delivered again after a rebalance, with their state.

Pure.
"""

from collections.abc import Collection
from dataclasses import dataclass

from invoice_shared.record import Record, TopicPartition


@dataclass(slots=True)
class Kept:
    """A record that was taken before the rebalance.

    ``settled`` means that only its acknowledgement is missing.
    """

    record: Record
    settled: bool


class KeptRecords:
    """The records of each partition in offset order.

    The broker delivers them again from the committed offset on.
    """

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, dict[int, Kept]] = {}

    def keep(self, record: Record, *, settled: bool) -> None:
        """Add a record that will be delivered again. Call it in offset order per partition."""
        self._partitions.setdefault(record.topic_partition, {})[record.offset] = Kept(
            record, settled
        )

    def settle(self, record: Record) -> None:
        """Mark a record as settled, if it was not delivered again yet."""
        if (
            kept := self._partitions.get(record.topic_partition, {}).get(record.offset)
        ) is not None:
            kept.settled = True

    def claim(self, record: Record) -> Kept | None:
        """Return the state of a delivered record, or ``None`` for a new one.

        Records before it are not delivered any more: another process has committed past them. If
        the topic was created again, the same offset can be another record.
        """
        waiting = self._partitions.get(record.topic_partition, {})
        while waiting and next(iter(waiting)) < record.offset:
            del waiting[next(iter(waiting))]
        kept = waiting.get(record.offset)
        return waiting.pop(record.offset) if kept is not None and kept.record == record else None

    def take_all(self) -> list[Kept]:
        """Remove and return all records that were not delivered again."""
        taken = [kept for waiting in self._partitions.values() for kept in waiting.values()]
        self._partitions.clear()
        return taken

    def restrict(self, partitions: Collection[TopicPartition]) -> None:
        """Drop the records of all other partitions."""
        for gone in self._partitions.keys() - set(partitions):
            del self._partitions[gone]
