"""Which offsets may be committed: only those before the first unfinished one.

Pure bookkeeping, no Kafka.

Used where several records are in work at once, so that a crash never skips one that was not
settled.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from invoice_shared.record import TopicPartition

Item = TypeVar("Item")


@dataclass(slots=True)
class _Entry(Generic[Item]):
    item: Item
    settled: bool = False


class ContiguousWindow(Generic[Item]):
    """The records from each partition's first unsettled one on, in offset order.

    Not thread-safe: the owner holds a lock or a single thread.
    """

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, dict[int, _Entry[Item]]] = {}

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._partitions.values())

    def add(self, partition: TopicPartition, offset: int, item: Item) -> None:
        """Take a record into work.

        Offsets of a partition come in rising order, as Kafka delivers them.
        """
        self._partitions.setdefault(partition, {})[offset] = _Entry(item)

    def settle(self, partition: TopicPartition, offset: int) -> list[Item]:
        """Mark a record as settled; give the items that became committable, in offset order.

        Empty where an earlier record is still in work, or where the partition was dropped
        meanwhile.
        """
        entries = self._partitions.get(partition, {})
        if (entry := entries.get(offset)) is None:
            return []
        entry.settled = True
        return self._pop_settled(entries)

    def drop(self, partition: TopicPartition) -> None:
        """Forget a revoked partition: what was in work there is its next owner's."""
        self._partitions.pop(partition, None)

    def take_all(self) -> list[tuple[Item, bool]]:
        """Forget everything; return the items partition by partition in offset order, each with
        whether it is settled.
        """
        taken = [
            (each.item, each.settled)
            for entries in self._partitions.values()
            for each in entries.values()
        ]
        self._partitions.clear()
        return taken

    @staticmethod
    def _pop_settled(entries: dict[int, _Entry[Item]]) -> list[Item]:
        ready: list[Item] = []
        while entries and entries[first := next(iter(entries))].settled:
            ready.append(entries.pop(first).item)
        return ready
