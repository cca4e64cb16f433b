"""What a rebalance leaves to this process: records that come again, and whose work goes on or has
ended.

Pure.
"""

from collections.abc import Collection
from dataclasses import dataclass

from invoice_shared.record import Record, TopicPartition


@dataclass(slots=True)
class Kept:
    """A record that was taken before the rebalance.

    ``settled``: only its acknowledgement is missing.
    """

    record: Record
    settled: bool


class KeptRecords:
    """In offset order per partition.

    The broker delivers them again from the committed offset on.
    """

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, dict[int, Kept]] = {}

    def keep(self, record: Record, *, settled: bool) -> None:
        """Wait for a record to be delivered again. Those of a partition come in rising order."""
        self._partitions.setdefault(record.topic_partition, {})[record.offset] = Kept(
            record, settled
        )

    def settle(self, record: Record) -> None:
        """Mark a record as settled, if it is still waited for."""
        if (
            kept := self._partitions.get(record.topic_partition, {}).get(record.offset)
        ) is not None:
            kept.settled = True

    def claim(self, record: Record) -> Kept | None:
        """Return what is known of a record that is delivered; ``None`` for a new one.

        Whatever lies before it is not delivered any more: somebody has committed past it. The same
        offset may be another record's, if the topic was created anew.
        """
        waiting = self._partitions.get(record.topic_partition, {})
        while waiting and next(iter(waiting)) < record.offset:
            del waiting[next(iter(waiting))]
        kept = waiting.get(record.offset)
        return waiting.pop(record.offset) if kept is not None and kept.record == record else None

    def take_all(self) -> list[Kept]:
        """Forget everything; return what was still waited for."""
        taken = [kept for waiting in self._partitions.values() for kept in waiting.values()]
        self._partitions.clear()
        return taken

    def restrict(self, partitions: Collection[TopicPartition]) -> None:
        """Forget the records of all other partitions."""
        for gone in self._partitions.keys() - set(partitions):
            del self._partitions[gone]
