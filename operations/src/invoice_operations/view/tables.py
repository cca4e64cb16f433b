"""The tables of the view, and a connection with one transaction at a time.

Money and times are text, as in our records, so that no amount becomes a float.
"""

import sqlite3
import threading
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from invoice_operations.errors import NeedsAttention

# ``ledger`` is first filled without an index, which halves the cost; see ``ledger_table.index``.
# ``kind`` is 0 for an invoice's event, 1 for a document's own record and 2 for a document that only
# an older event names. ``failure_id`` is set while an event leaves something open. A failure
# without an offset is only known from the ledger.
SCHEMA = """
CREATE TABLE origin (generation TEXT NOT NULL);
CREATE TABLE topics (topic TEXT PRIMARY KEY, topic_id TEXT);
CREATE TABLE positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition));
CREATE TABLE ledger (
    invoice_id TEXT NOT NULL, kind INTEGER NOT NULL, document TEXT NOT NULL,
    partition INTEGER NOT NULL, offset INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    failure_id TEXT, value BLOB);
CREATE INDEX documents_by_time ON ledger (timestamp) WHERE kind = 1;
CREATE TABLE failures (
    failure_id TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL, code TEXT NOT NULL,
    reason TEXT NOT NULL, failed_at TEXT NOT NULL, invoice_id TEXT, customer_id TEXT,
    destination TEXT, retryable INTEGER, attempts INTEGER, source_topic TEXT,
    source_partition INTEGER, source_offset INTEGER, replay_id TEXT, replay_count INTEGER,
    partition INTEGER, offset INTEGER, timestamp INTEGER, state TEXT NOT NULL, total TEXT,
    currency TEXT, documents TEXT);
CREATE INDEX failures_by_key ON failures (key);
CREATE INDEX failures_by_place ON failures (partition, offset);
CREATE INDEX failures_by_time ON failures (failed_at, failure_id);
CREATE INDEX failures_by_state ON failures (state, failed_at, failure_id);
CREATE INDEX failures_by_code ON failures (code, failed_at, failure_id);
CREATE INDEX failures_by_stage ON failures (stage, failed_at, failure_id);
CREATE INDEX failures_by_destination ON failures (destination, failed_at, failure_id);
CREATE INDEX failures_by_customer ON failures (customer_id, failed_at, failure_id);
CREATE INDEX failures_by_replay ON failures (replay_id) WHERE replay_id IS NOT NULL;
CREATE INDEX failures_by_invoice ON failures (invoice_id, failed_at, failure_id);
CREATE TABLE entered (failure_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE decisions (
    partition INTEGER NOT NULL, offset INTEGER NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL,
    value BLOB NOT NULL, PRIMARY KEY (partition, offset));
CREATE INDEX decisions_by_subject ON decisions (subject);
CREATE INDEX decisions_by_time ON decisions (at);
"""
# A signed 32-bit integer in the file's header. Any other schema has another version.
VERSION = zlib.crc32(SCHEMA.encode()) & 0x7FFFFFFF
CONTENTS = ("topics", "positions", "ledger", "failures", "entered", "decisions")


IN_MEMORY = ":memory:"


class StartedAnew(Exception):
    """Another process has cleared or rebuilt the tables since this one used them."""


class Tables:
    """Thread-safe: a transaction waits for the previous one.

    ``where`` is named in errors.
    """

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._lock = threading.RLock()
        self._generation: str | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the tables are in a file, for other connections."""
        return self._where != IN_MEMORY

    def prepare(self) -> None:
        """Create the tables, or rebuild those of another version, and note their generation."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            if _version(connection) != VERSION:
                _rebuild(connection)
            (self._generation,) = connection.execute("SELECT generation FROM origin").fetchone()

    def clear(self) -> None:
        """Empty the tables. The file stays, because other processes may have it open."""
        self.prepare()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            for table in CONTENTS:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            connection.execute("DROP INDEX IF EXISTS ledger_by_invoice")
            self._generation = _new_generation(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction with the write lock.

        Raises ``StartedAnew``, or ``NeedsAttention`` if it cannot write.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction on one state of the tables. Raises as ``writing`` does."""
        with self._transaction("BEGIN") as connection:
            self._check(connection)
            yield connection

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute(begin)
                try:
                    yield self._connection
                except BaseException:
                    # SQLite has already ended it if the disk is full.
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise NeedsAttention(
                    f"The view in {self._where} cannot be used: {error}. Free disk space, delete"
                    " the"
                    " file, or set INVOICES_STATE_DIR to another directory."
                ) from error

    def _check(self, connection: sqlite3.Connection) -> None:
        if _version(connection) != VERSION:
            raise StartedAnew
        (generation,) = connection.execute("SELECT generation FROM origin").fetchone()
        if generation != self._generation:
            raise StartedAnew


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _rebuild(connection: sqlite3.Connection) -> None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in tables:
        connection.execute(f'DROP TABLE "{name}"')
    for statement in filter(str.strip, SCHEMA.split(";\n")):
        connection.execute(statement)
    _new_generation(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _new_generation(connection: sqlite3.Connection) -> str:
    generation = str(uuid.uuid4())
    connection.execute("DELETE FROM origin")
    connection.execute("INSERT INTO origin VALUES (?)", (generation,))
    return generation
