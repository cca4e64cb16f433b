"""The port to the topics that the view follows. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from invoice_operations.view.entry import Entry
from invoice_operations.view.span import Bounds

# The first and the next offset, by partition.
Marks = dict[int, tuple[int, int]]


class OffsetGone(Exception):
    """A topic lacks the offset up to which it was read: it was recreated or truncated."""


@dataclass(frozen=True, slots=True)
class Topic:
    """``topic_id`` changes when a topic is recreated; ``None`` if the broker has no ids."""

    topic_id: str | None
    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """``topics`` only contains existing ones."""

    cluster_id: str
    topics: Mapping[str, Topic]


class ReadsPartitions(Protocol):
    """A connection to the broker."""

    def marks(self, topic: str, partitions: Sequence[int]) -> Marks:
        """Return the first and next offset of each partition."""

    def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        """Yield the records up to the present end. Raises ``OffsetGone``."""


class FollowsTopics(Protocol):
    """See ``Broker``."""

    def describe(self, names: Sequence[str]) -> Cluster:
        """Return the cluster and the existing topics."""

    def connected(self) -> AbstractContextManager[ReadsPartitions]:
        """Yield a connection, closed at the end."""
