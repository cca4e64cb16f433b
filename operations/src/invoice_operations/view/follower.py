"""Update the tables from new records of the topics. Nothing is read twice."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from sqlite3 import Connection
from typing import Any, Generic, TypeVar

from invoice_operations.errors import NeedsAttention
from invoice_operations.view import (
    decision_table,
    entered,
    failure_table,
    ledger_rows,
    ledger_table,
)
from invoice_operations.view.cases import Case
from invoice_operations.view.entry import Entry
from invoice_operations.view.failure_rows import case_in
from invoice_operations.view.followed import (
    Cluster,
    FollowsTopics,
    Marks,
    OffsetGone,
    ReadsPartitions,
    Topic,
)
from invoice_operations.view.ledger_rows import LedgerRow
from invoice_operations.view.span import Bounds
from invoice_operations.view.tables import StartedAnew, Tables
from invoice_shared.settings import KafkaSettings

# Records and bytes per transaction limit the memory, and how long others wait for the file.
MAX_RECORDS = 2_000
MAX_BYTES = 16 * 1024 * 1024
# How often topics may be recreated, or another process may start over, while this one reads.
MAX_ATTEMPTS = 5

Row = TypeVar("Row")
# Called with the number of records after each batch.
Followed = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class _Way(Generic[Row]):
    """How a topic's records become rows, and how the rows are stored."""

    topic: str
    parse: Callable[[Entry], Row | None]
    take: Callable[[Connection, list[Row]], None]


class Follower:
    """Rows and the offsets up to which they were read change in one transaction.

    Two processes may update the same file: each skips what the other has stored already. The ledger
    is read before the failures, because a service files a failure before it enters the outcome.
    """

    def __init__(
        self, broker: FollowsTopics, tables: Tables, settings: KafkaSettings, followed: Followed
    ) -> None:
        self._broker = broker
        self._tables = tables
        self._followed = followed
        self._ledger = _Way(settings.invoice_outcomes_topic, ledger_rows.row_of, _take_ledger)
        self._errors = _Way(
            settings.invoice_errors_topic,
            partial(_failure, settings.invoice_errors_topic),
            _take_failures,
        )
        self._decisions = _Way(
            settings.invoice_decisions_topic, decision_table.row_of, decision_table.insert
        )

    @property
    def topics(self) -> tuple[str, str, str]:
        """The names of the followed topics."""
        return self._ledger.topic, self._errors.topic, self._decisions.topic

    def follow(self, cluster: Cluster) -> None:
        """Read new records.

        Raises ``NeedsAttention`` if a topic does not exist, and what the broker raises.
        """
        for _attempt in range(MAX_ATTEMPTS):
            try:
                self._follow(cluster.topics)
                return
            except OffsetGone:
                self._tables.clear()
            except StartedAnew:
                self._tables.prepare()
            cluster = self._broker.describe(self.topics)
        raise NeedsAttention(
            "The topics, or the view of them, are recreated all the time. Try again."
        )

    def _follow(self, topics: Mapping[str, Topic]) -> None:
        for needed in (self._ledger.topic, self._errors.topic):
            if needed not in topics:
                raise NeedsAttention(
                    f"The topic {needed} does not exist. Create it with: invoices topics"
                )
        self._compare({name: topic.topic_id for name, topic in topics.items()})
        with self._broker.connected() as connection:
            self._read(connection, self._ledger, self._marks(connection, self._ledger, topics))
            failures = self._marks(connection, self._errors, topics)
            self._expire(failures)
            self._read(connection, self._errors, failures)
            self._index()
            if self._decisions.topic in topics:  # older installations lack this topic
                self._read(
                    connection, self._decisions, self._marks(connection, self._decisions, topics)
                )

    def _compare(self, now: Mapping[str, str | None]) -> None:
        """Start over if a topic was recreated since it was read."""
        with self._tables.reading() as connection:
            known = dict(connection.execute("SELECT topic, topic_id FROM topics").fetchall())
        if any(known.get(name, topic_id) != topic_id for name, topic_id in now.items()):
            self._tables.clear()
        with self._tables.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO topics VALUES (?, ?)", now.items())

    def _marks(
        self, connection: ReadsPartitions, way: _Way[Any], topics: Mapping[str, Topic]
    ) -> Marks:
        return connection.marks(way.topic, topics[way.topic].partitions)

    def _read(self, connection: ReadsPartitions, way: _Way[Row], marks: Marks) -> None:
        with self._tables.reading() as tables:
            read = _positions(tables, way.topic)
        bounds = {
            number: Bounds(max(low, read.get(number, 0)), high)
            for number, (low, high) in marks.items()
        }
        for batch in gathered(connection.entries(way.topic, bounds)):
            self._store(way, batch)
            self._followed(len(batch))

    def _store(self, way: _Way[Row], batch: Sequence[Entry]) -> None:
        rows = _parsed(way, batch)  # before the transaction, for which others wait
        with self._tables.writing() as tables:
            read = _positions(tables, way.topic)
            fresh = [entry for entry in batch if entry.offset >= read.get(entry.partition, 0)]
            way.take(tables, rows if len(fresh) == len(batch) else _parsed(way, fresh))
            read |= {entry.partition: entry.offset + 1 for entry in fresh}
            tables.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [(way.topic, partition, offset) for partition, offset in read.items()],
            )

    def _index(self) -> None:
        with self._tables.reading() as tables:
            is_indexed = ledger_table.is_indexed(tables)
        if not is_indexed:
            with self._tables.writing() as tables:
                if not ledger_table.is_indexed(tables):
                    for untidy in ledger_table.index(tables):
                        failure_table.settle(tables, untidy)

    def _expire(self, marks: Marks) -> None:
        with self._tables.writing() as tables:
            expired = failure_table.expire(
                tables, {number: low for number, (low, _high) in marks.items()}
            )
            _settle(tables, expired)


def gathered(batches: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
    """Yield larger batches, for one transaction each. Pure."""
    waiting: list[Entry] = []
    size = 0
    for batch in batches:
        waiting += batch
        size += sum(len(entry.value or b"") for entry in batch)
        if len(waiting) >= MAX_RECORDS or size >= MAX_BYTES:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def _positions(tables: Connection, topic: str) -> dict[int, int]:
    return dict(
        tables.execute(
            "SELECT partition, next_offset FROM positions WHERE topic = ?", (topic,)
        ).fetchall()
    )


def _failure(topic: str, entry: Entry) -> tuple[Case, int] | None:
    case = case_in(entry, topic)
    return None if case is None else (case, entry.timestamp)


def _parsed(way: _Way[Row], batch: Iterable[Entry]) -> list[Row]:
    return [row for entry in batch if (row := way.parse(entry)) is not None]


def _take_ledger(tables: Connection, rows: list[LedgerRow]) -> None:
    ledger_table.insert(tables, rows)
    entered.note(
        tables, [failure_id for *_rest, failure_id, _value in rows if failure_id is not None]
    )
    _settle(tables, [row[0] for row in rows])


def _take_failures(tables: Connection, cases: list[tuple[Case, int]]) -> None:
    failure_table.take(tables, cases)
    _settle(tables, [case.key for case, _timestamp in cases])


def _settle(tables: Connection, keys: Iterable[str]) -> None:
    if ledger_table.is_indexed(tables):  # else indexing settles all at once
        failure_table.settle(tables, keys)
