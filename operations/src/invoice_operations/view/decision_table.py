"""The table ``decisions``: what people decided, in the order of the topic."""

from collections.abc import Iterable
from sqlite3 import Connection

from invoice_operations.view.entry import Entry
from invoice_shared.decision import Decision
from invoice_shared.errors import MalformedRecord
from invoice_shared.serde import from_bytes
from invoice_shared.types import time_text

Row = tuple[int, int, str, str, bytes | None]


def row_of(entry: Entry) -> Row | None:
    """Return what to store of a record; ``None`` if it is no decision."""
    try:
        decision = from_bytes(Decision, entry.value)
    except MalformedRecord:
        return None
    subject = decision.subject.encode("utf-8", "replace").decode()
    return entry.partition, entry.offset, subject, time_text(decision.at), entry.value


def insert(connection: Connection, rows: Iterable[Row]) -> None:
    """Add decisions."""
    connection.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?)", rows)


def of_subject(connection: Connection, subject: str) -> list[Decision]:
    """Return what was decided about an invoice or a destination, in the order in which it was."""
    found = connection.execute("SELECT value FROM decisions WHERE subject = ? ORDER BY partition, offset", (subject,))
    return [from_bytes(Decision, value) for (value,) in found]
