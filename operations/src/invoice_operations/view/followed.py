"""The topics that the view follows: what is asked of the broker about them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from invoice_operations.view.entry import Entry
from invoice_operations.view.span import Bounds

# By partition the first offset that it holds, and the next one as the broker names it.
Marks = dict[int, tuple[int, int]]


class OffsetGone(Exception):
    """A topic does not have the offset up to which it was read: it was made anew, or has lost its
    end.
    """


@dataclass(frozen=True, slots=True)
class Topic:
    """``topic_id`` is another one each time a topic is made; ``None`` if the broker knows no ids."""

    topic_id: str | None
    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Topics that do not exist are left out."""

    cluster_id: str
    topics: Mapping[str, Topic]


class ReadsPartitions(Protocol):
    """A connection to the broker."""

    def marks(self, topic: str, partitions: Sequence[int]) -> Marks:
        """Return what a topic's partitions hold."""

    def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        """Yield the records up to the end of this moment. Raises ``OffsetGone``."""


class FollowsTopics(Protocol):
    """See ``Broker``."""

    def describe(self, names: Sequence[str]) -> Cluster:
        """Return the cluster, and those of the topics that exist."""

    def connected(self) -> AbstractContextManager[ReadsPartitions]:
        """Connect, and disconnect at the end."""
