"""The table ``decisions``: people's decisions, in the order of the topic."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from sqlite3 import Connection

from invoice_operations.view.entry import Entry
from invoice_operations.view.ledger_table import AFTER_ALL, marks
from invoice_operations.view.page import Page
from invoice_shared.decision import Decision
from invoice_shared.errors import MalformedRecord
from invoice_shared.serde import from_bytes
from invoice_shared.types import time_text

Row = tuple[int, int, str, str, bytes | None]


def row_of(entry: Entry) -> Row | None:
    """Return a record's row; ``None`` if it is not a decision."""
    try:
        decision = from_bytes(Decision, entry.value)
    except MalformedRecord:
        return None
    subject = decision.subject.encode("utf-8", "replace").decode()
    return entry.partition, entry.offset, subject, time_text(decision.at), entry.value


def insert(connection: Connection, rows: Iterable[Row]) -> None:
    """Add decisions."""
    connection.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?)", rows)


def of_subjects(connection: Connection, subjects: Sequence[str]) -> list[Decision]:
    """Return the decisions about invoices or destinations, in their order."""
    found = connection.execute(
        f"SELECT value FROM decisions WHERE subject IN ({marks(subjects)})"  # noqa: S608
        " ORDER BY partition, offset",
        subjects,
    )
    return [from_bytes(Decision, value) for (value,) in found]


def subjects_named(connection: Connection, beginning: str) -> set[str]:
    """Return what begins so and was decided about."""
    found = connection.execute(
        "SELECT DISTINCT subject FROM decisions WHERE subject >= ? AND subject < ?",
        (beginning, beginning + AFTER_ALL),
    )
    return {subject for (subject,) in found}


def newest(connection: Connection, since: datetime | None, page: Page) -> list[Decision]:
    """Return the decisions since a time, the newest first."""
    found = connection.execute(
        f"SELECT value FROM decisions WHERE at >= ? ORDER BY at DESC, offset DESC {page.sql}",  # noqa: S608
        (_from(since),),
    )
    return [from_bytes(Decision, value) for (value,) in found]


def count(connection: Connection, since: datetime | None) -> int:
    """Return the number of decisions since a time."""
    (found,) = connection.execute(
        "SELECT count(*) FROM decisions WHERE at >= ?", (_from(since),)
    ).fetchone()
    return int(found)


def _from(since: datetime | None) -> str:
    return "" if since is None else time_text(since)
