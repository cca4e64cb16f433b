"""Topics and an archive in memory, and readers of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from invoice_operations.view.cases import Place, place_of
from invoice_operations.view.entry import Entry
from invoice_operations.view.followed import Cluster, Marks, OffsetGone, Topic
from invoice_operations.view.span import WHOLE, Bounds, Span
from invoice_operations.view.state_file import open_tables, untold
from invoice_operations.view.tables import Tables
from invoice_operations.view.view import View, unseen
from invoice_shared.archive.archive import ObjectUnreadable, StoredObject
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings
from tests.fakes import START

SETTINGS = KafkaSettings()


class FakeReader:
    """Returns the records that it was given, by the same rules as the real reader."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Yield the records of a part of a topic."""
        for record in self._records:
            if record.topic == topic and self._is_inside(record, span):
                yield record

    def at(self, places: Collection[Place]) -> Iterator[Record]:
        """Yield the records at certain places."""
        return (record for record in self._records if place_of(record) in places)

    def partitions(self, topic: str) -> int:
        """Count the partitions that have records."""
        return 1 + max(
            (record.partition for record in self._records if record.topic == topic), default=0
        )

    def ends(self, topic: str) -> dict[int, int]:
        """Return the next offset of each partition that has records."""
        return {
            number: 1
            + max(
                each.offset
                for each in self._records
                if (each.topic, each.partition) == (topic, number)
            )
            for number in {each.partition for each in self._records if each.topic == topic}
        }

    @staticmethod
    def _is_inside(record: Record, span: Span) -> bool:
        return (
            span.partition in (None, record.partition)
            and span.first(record.partition) <= record.offset <= span.last(record.partition)
            and (span.keys is None or record.key in span.keys)
            and span.holds(record)
        )


class FakeBroker:
    """The topics of the records that it was given.

    ``add`` lets time pass, ``recreate`` replaces a topic.
    """

    def __init__(self, records: Iterable[Record], missing: Iterable[str] = ()) -> None:
        self._records = list(records)
        self._names = {
            SETTINGS.invoice_outcomes_topic,
            SETTINGS.invoice_errors_topic,
            SETTINGS.invoice_decisions_topic,
        }
        self._ids = dict.fromkeys(sorted(self._names - set(missing)), 1)
        self._first: dict[tuple[str, int], int] = {}
        self.knows_ids = True
        self.cluster_id = "cluster"
        self.read: list[tuple[str, int]] = []

    def add(self, *records: Record) -> None:
        """Append more records."""
        self._records += records

    def recreate(self, topic: str, *records: Record) -> None:
        """Replace a topic and its records by another topic of the same name."""
        self._records = [record for record in self._records if record.topic != topic] + list(
            records
        )
        self._ids[topic] = self._ids.get(topic, 0) + 1

    def expire(self, topic: str, partition: int, first: int) -> None:
        """Delete the records of a partition before an offset."""
        self._first[topic, partition] = first
        self._records = [
            record
            for record in self._records
            if (record.topic, record.partition) != (topic, partition) or record.offset >= first
        ]

    def describe(self, names: Sequence[str]) -> Cluster:
        """Describe the existing topics."""
        topics = {name: self._topic(name) for name in names if name in self._ids}
        return Cluster(self.cluster_id, topics)

    def _topic(self, name: str) -> Topic:
        numbers = {record.partition for record in self._records if record.topic == name}
        return Topic(
            str(self._ids[name]) if self.knows_ids else None,
            tuple(range(max(numbers, default=0) + 1)),
        )

    @contextmanager
    def connected(self) -> Iterator[Self]:
        """Connect to nothing."""
        yield self

    def marks(self, topic: str, partitions: Sequence[int]) -> Marks:
        """Return the first and the next offset of each partition."""
        return {
            number: (self._first.get((topic, number), 0), self._end(topic, number))
            for number in partitions
        }

    def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        """Yield the records one by one."""
        if any(bound.start > self._end(topic, number) for number, bound in bounds.items()):
            raise OffsetGone
        for each in [record for record in self._records if record.topic == topic]:
            if each.offset >= bounds[each.partition].start:
                self.read.append((topic, each.offset))
                yield [Entry(each.partition, each.offset, each.timestamp, each.key, each.value)]

    def _end(self, topic: str, partition: int) -> int:
        offsets = [
            each.offset
            for each in self._records
            if (each.topic, each.partition) == (topic, partition)
        ]
        return max(offsets, default=self._first.get((topic, partition), 0) - 1) + 1


def view_of(broker: FakeBroker, tables: Tables | None = None) -> View:
    """Return a view of a broker's topics, in memory unless it is given tables."""
    view = View(
        broker, SETTINGS, lambda _cluster, _topics: tables or open_tables(None, "", untold), unseen
    )
    view.refresh()
    return view


class FakeArchive:
    """Objects in memory, all stored at the same time; one without bytes is in cold storage."""

    def __init__(self, objects: Mapping[str, bytes | None], stored_at: datetime = START) -> None:
        self._objects = objects
        self._stored_at = stored_at

    def listed(self, prefix: str) -> list[StoredObject]:
        """List the objects whose key starts with the prefix."""
        return [
            StoredObject(name, self._stored_at) for name in self._objects if name.startswith(prefix)
        ]

    def get(self, key: str) -> bytes:
        """Return an object."""
        if (content := self._objects[key]) is None:
            raise ObjectUnreadable("is in cold storage")
        return content
