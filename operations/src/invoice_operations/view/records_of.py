"""Read the records of one key without reading the whole topic."""

from collections.abc import Collection, Iterator
from typing import Protocol

from invoice_operations.view.cases import Place
from invoice_operations.view.partitioner import partition_of
from invoice_operations.view.span import WHOLE, Span
from invoice_shared.record import Record


class ReadsTopics(Protocol):
    """See ``topic_reader.TopicReader``."""

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Yield the records of a part of a topic."""

    def at(self, places: Collection[Place]) -> Iterator[Record]:
        """Yield the records at these positions that still exist."""

    def partitions(self, topic: str) -> int:
        """Return the number of a topic's partitions."""

    def ends(self, topic: str) -> dict[int, int]:
        """Return the broker's next offset of each partition."""


def partitions_of_key(
    reader: ReadsTopics, topic: str, key: bytes, known: Collection[int] = ()
) -> list[int]:
    """Return the partitions that can contain a key's records.

    That is the partition of the key's hash. Records written before partitions were added are in a
    ``known`` one.
    """
    count = reader.partitions(topic)
    return sorted({partition_of(key, count), *(number for number in known if number < count)})


def records_of_key(
    reader: ReadsTopics, topic: str, key: bytes, known: Collection[int] = ()
) -> Iterator[Record]:
    """Yield the records of a key, in order within each partition; see ``partitions_of_key``."""
    for number in partitions_of_key(reader, topic, key, known):
        yield from reader.read(topic, Span(partition=number, keys=frozenset({key})))
