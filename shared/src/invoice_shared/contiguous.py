"""Which offsets may be committed: those before the first unsettled one.

Pure bookkeeping, no Kafka.

Lets a consumer work on several records at once without a crash skipping an unsettled one.
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
    """The records of each partition, in offset order, from the first unsettled one on.

    Not thread-safe: the owner holds a lock or uses one thread.
    """

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, dict[int, _Entry[Item]]] = {}

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._partitions.values())

    def add(self, partition: TopicPartition, offset: int, item: Item) -> None:
        """Add a record in progress.

        Offsets of a partition must rise, as Kafka delivers them.
        """
        self._partitions.setdefault(partition, {})[offset] = _Entry(item)

    def settle(self, partition: TopicPartition, offset: int) -> list[Item]:
        """Mark a record as settled; return the items that became committable, in offset order.

        Empty if an earlier record is unsettled or the partition was dropped meanwhile.
        """
        entries = self._partitions.get(partition, {})
        if (entry := entries.get(offset)) is None:
            return []
        entry.settled = True
        return self._pop_settled(entries)

    def drop(self, partition: TopicPartition) -> None:
        """Forget a revoked partition: its next owner reads the unsettled records again."""
        self._partitions.pop(partition, None)

    def take_all(self) -> list[tuple[Item, bool]]:
        """Forget all items; return each, in order per partition, with whether it is settled."""
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
