"""Records that were read and wait their turn: a bounded queue per partition, taken from in turns.

librdkafka drops what it has fetched of a partition when that is paused, and fetches it again. So
only a partition whose queue is full is paused, and what a pause costs is spread over half a queue.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from invoice_shared.headers import REPLAY_ID
from invoice_shared.record import Record, TopicPartition

# Of all partitions together; a record counts with its objects.
MAX_BYTES = 8 * 1024 * 1024
RECORD_BYTES = 1_000


class FollowsDecisions(Protocol):
    """See ``decision_follower.DecisionFollower``."""

    def ask(self) -> int:
        """Ask that everything decided until now be read; return the number of the question."""

    def has_read(self, question: int) -> bool:
        """Whether all was read that was decided before the question."""


@dataclass(slots=True)
class Queue:
    """One partition's records in their order, each with the question whose answer it waits for."""

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
    """Lets records through once the decisions are known that they depend on.

    A replayed record waits for everything that was decided before it was read: who replays has
    often just decided. Others wait for the first reading alone. Not thread-safe: the polling thread
    owns it.
    """

    def __init__(self, decisions: FollowsDecisions, *, max_bytes: int = MAX_BYTES) -> None:
        self._decisions = decisions
        self._max_bytes = max_bytes
        self._question = decisions.ask()
        # In the order of their turns: the next one first.
        self._queues: dict[TopicPartition, Queue] = {}

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """Note partitions that begin to be read; they share the bytes."""
        for partition in partitions:
            self._queues.setdefault(partition, Queue())

    def put(self, record: Record) -> None:
        """Take the next record that was read; one of a partition that was given up meanwhile is its
        next owner's.
        """
        queue = self._queues.get(record.topic_partition)
        if queue is None:
            return
        if record.header(REPLAY_ID) is not None:
            self._question = self._decisions.ask()
        queue.put(self._question, record)

    def take(self) -> Record | None:
        """Return the next record that may be worked on, of another partition each time; ``None`` if
        none may.
        """
        for partition in tuple(self._queues):
            queue = self._queues.pop(partition)
            self._queues[partition] = queue  # its next turn comes after the others'
            if queue.waiting and self._decisions.has_read(queue.waiting[0][0]):
                return queue.pop()
        return None

    def full(self) -> set[TopicPartition]:
        """Return the partitions of which no more should be read."""
        return {partition for partition, queue in self._queues.items() if queue.size >= self._share}

    def with_room(self) -> set[TopicPartition]:
        """Return the partitions that are at most half full: read on."""
        return {
            partition for partition, queue in self._queues.items() if queue.size <= self._share / 2
        }

    def drop(self, partitions: Collection[TopicPartition]) -> None:
        """Forget partitions that are somebody else's now, and their records."""
        for partition in partitions:
            self._queues.pop(partition, None)

    @property
    def _share(self) -> float:
        return self._max_bytes / max(len(self._queues), 1)


def _size(record: Record) -> int:
    return RECORD_BYTES + len(record.value or b"")
