"""Queue the records that were read: a bounded queue per partition, read in turns.

When a partition is paused, librdkafka drops its fetched records and fetches them again. So only a
partition with a full queue is paused, and it is resumed when half of the queue is done.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from invoice_shared.headers import REPLAY_ID
from invoice_shared.record import Record, TopicPartition

# The size of all queues together; RECORD_BYTES is a record's size without its value.
MAX_BYTES = 8 * 1024 * 1024
RECORD_BYTES = 1_000


class FollowsDecisions(Protocol):
    """See ``decision_follower.DecisionFollower``."""

    def ask(self) -> int:
        """Request that all decisions until now are read; return the request's number."""

    def has_read(self, question: int) -> bool:
        """Return whether all decisions before the request were read."""


@dataclass(slots=True)
class Queue:
    """One partition's records in their order, each with the request that it waits for."""

    waiting: deque[tuple[int, Record]] = field(default_factory=deque)
    size: int = 0

    def put(self, question: int, record: Record) -> None:
        """Append a record."""
        self.waiting.append((question, record))
        self.size += _size(record)

    def pop(self) -> Record:
        """Remove and return the first record."""
        record = self.waiting.popleft()[1]
        self.size -= _size(record)
        return record


class Admission:
    """Releases records after the decisions that they depend on were read.

    A replayed record waits for all decisions made before it was read, because a person often
    decides just before a replay. Other records wait only for the first reading. Not thread-safe:
    the polling thread owns it.
    """

    def __init__(self, decisions: FollowsDecisions, *, max_bytes: int = MAX_BYTES) -> None:
        self._decisions = decisions
        self._max_bytes = max_bytes
        self._question = decisions.ask()
        # In the order of their turns, the next one first.
        self._queues: dict[TopicPartition, Queue] = {}

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """Add partitions; they share the bytes."""
        for partition in partitions:
            self._queues.setdefault(partition, Queue())

    def put(self, record: Record) -> None:
        """Add the next record that was read; ignore one of a revoked partition."""
        queue = self._queues.get(record.topic_partition)
        if queue is None:
            return
        if record.header(REPLAY_ID) is not None:
            self._question = self._decisions.ask()
        queue.put(self._question, record)

    def take(self) -> Record | None:
        """Return the next released record, of another partition each time, or ``None``."""
        for partition in tuple(self._queues):
            queue = self._queues.pop(partition)
            self._queues[partition] = queue  # its next turn comes after the others
            if queue.waiting and self._decisions.has_read(queue.waiting[0][0]):
                return queue.pop()
        return None

    def full(self) -> set[TopicPartition]:
        """Return the partitions to pause."""
        return {partition for partition, queue in self._queues.items() if queue.size >= self._share}

    def with_room(self) -> set[TopicPartition]:
        """Return the partitions to resume, which are at most half full."""
        return {
            partition for partition, queue in self._queues.items() if queue.size <= self._share / 2
        }

    def drop(self, partitions: Collection[TopicPartition]) -> None:
        """Drop revoked partitions and their records."""
        for partition in partitions:
            self._queues.pop(partition, None)

    @property
    def _share(self) -> float:
        return self._max_bytes / max(len(self._queues), 1)


def _size(record: Record) -> int:
    return RECORD_BYTES + len(record.value or b"")
