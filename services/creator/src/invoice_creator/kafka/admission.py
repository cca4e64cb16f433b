"""Records that were read and wait for the decisions of people, in the order in which they came."""

from collections import deque
from collections.abc import Collection, Iterator
from typing import Protocol

from invoice_shared.headers import REPLAY_ID
from invoice_shared.record import Record, TopicPartition

# So many wait for one answer together: a replay is read in batches, and not a record per question.
MAX_WAITING = 100


class FollowsDecisions(Protocol):
    """See ``decision_follower.DecisionFollower``."""

    def ask(self) -> int:
        """Ask that everything decided until now be read; return the number of the question."""

    def has_read(self, question: int) -> bool:
        """Whether all was read that was decided before the question."""


class Admission:
    """Lets records through once the decisions are known that they depend on.

    A replayed record waits for everything that was decided before it was read: who replays has often
    just decided. Others wait for the first reading alone. Not thread-safe.
    """

    def __init__(self, decisions: FollowsDecisions) -> None:
        self._decisions = decisions
        self._question = decisions.ask()
        self._waiting: deque[tuple[int, Record]] = deque()

    def is_full(self) -> bool:
        """Whether no more should be read."""
        return len(self._waiting) >= MAX_WAITING

    def put(self, record: Record) -> None:
        """Take the next record that was read."""
        if record.header(REPLAY_ID) is not None:
            self._question = self._decisions.ask()
        self._waiting.append((self._question, record))

    def admitted(self) -> Iterator[Record]:
        """Yield the records that may be worked on now."""
        while self._waiting and self._decisions.has_read(self._waiting[0][0]):
            yield self._waiting.popleft()[1]

    def drop(self, partitions: Collection[TopicPartition]) -> None:
        """Forget the records of partitions that are somebody else's now."""
        self._waiting = deque(
            (question, record) for question, record in self._waiting if record.topic_partition not in partitions
        )
