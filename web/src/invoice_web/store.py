"""The page's SQLite file: sessions, plans, jobs, and log-ins that are not in the audit yet."""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from invoice_operations.errors import NeedsAttention
from invoice_shared.logs import get_logger
from invoice_shared.settings import KafkaSettings

log = get_logger(__name__)

BUSY_SECONDS = 30.0
# Part of the file's name: tables with other columns are in another file.
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, credential TEXT NOT NULL,
    ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS logins (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS replays (
    replay_id TEXT PRIMARY KEY, state TEXT NOT NULL, planned_by TEXT NOT NULL,
    planned_at TEXT NOT NULL, request TEXT NOT NULL, failure_ids TEXT NOT NULL,
    plan TEXT NOT NULL, sent INTEGER NOT NULL, problem TEXT);
CREATE INDEX IF NOT EXISTS replays_by_time ON replays (planned_at);
CREATE TABLE IF NOT EXISTS jobs (
    job_id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, begun_by TEXT NOT NULL,
    begun_at TEXT NOT NULL, request TEXT NOT NULL, walked INTEGER NOT NULL, summary TEXT NOT NULL,
    problem TEXT);
CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (kind, begun_at);
CREATE TABLE IF NOT EXISTS findings (
    job_id TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
    needs_a_person INTEGER NOT NULL, invoice_id TEXT, value TEXT NOT NULL,
    PRIMARY KEY (job_id, number));
CREATE INDEX IF NOT EXISTS findings_by_state
ON findings (job_id, needs_a_person DESC, state, number);
CREATE INDEX IF NOT EXISTS findings_by_invoice ON findings (job_id, invoice_id);
"""


class Store:
    """One connection with one transaction at a time. Thread-safe.

    Raises ``NeedsAttention`` if it cannot write.
    """

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._lock = threading.RLock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Change everything in the block, or nothing."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise NeedsAttention(
                    f'The page\'s file "{self._where}" cannot be used: {error}.'
                ) from error

    def fact(self, name: str) -> str | None:
        """Return the text stored under a name."""
        with self.transaction() as tables:
            found = tables.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def remember(self, **facts: str) -> None:
        """Store texts by their names."""
        with self.transaction() as tables:
            tables.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())


def file_name(settings: KafkaSettings) -> str:
    """Return the name of an installation's file.

    It depends on settings alone, because the broker may be unreachable.
    """
    topics = (
        settings.invoice_outcomes_topic,
        settings.invoice_errors_topic,
        settings.invoice_decisions_topic,
    )
    identity = "\n".join((settings.kafka_bootstrap_servers, *topics))
    return f"page-{VERSION}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.sqlite3"


def open_store(directory: Path | None, name: str) -> Store:
    """Open the file, and create it if it does not exist.

    Without a directory, everything is lost when the process ends.
    """
    if directory is not None:
        try:
            return _opened(directory / name)
        except (OSError, sqlite3.Error) as error:
            log.warning(
                "plans and jobs end with this process", file=str(directory / name), why=str(error)
            )
    return _prepared(":memory:")


def _opened(path: Path) -> Store:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return _prepared(str(path))


def _prepared(where: str) -> Store:
    connection = sqlite3.connect(
        where, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return Store(connection, where)
