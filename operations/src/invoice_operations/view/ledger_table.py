"""Read and update the table ``ledger``, and keep only the rows that count."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from sqlite3 import Connection
from typing import TypeVar

from invoice_operations.view.invoice_state import StoredRow, tidy
from invoice_operations.view.ledger_rows import LedgerRow
from invoice_shared.types import time_text

# Ids per statement. SQLite allows at least 999 parameters.
CHUNK = 500
INSERT = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SELECT = (
    "SELECT rowid, invoice_id, kind, document, partition, offset, timestamp, failure_id, value FROM"
    " ledger WHERE invoice_id IN ({}) ORDER BY rowid"
)
# Invoices with a replaced row, with something open, or with a failure that may have ended.
UNTIDY = """
CREATE TEMP TABLE untidy AS
SELECT invoice_id FROM ledger GROUP BY invoice_id, kind, document HAVING count(*) > 1
UNION SELECT invoice_id FROM ledger WHERE failure_id IS NOT NULL OR value IS NULL
UNION SELECT key FROM failures
"""

# A document's record is written again when it was removed, so the time in the record counts.
CREATED = """
SELECT currency, count(*), count(total), decimal_sum(total) FROM (
    SELECT json_extract(facts, '$.currency') AS currency, json_extract(facts, '$.total') AS total
    FROM (
        SELECT CAST(value AS TEXT) AS facts FROM ledger
        WHERE kind = 1 AND timestamp >= ? AND value IS NOT NULL)
    WHERE json_extract(facts, '$.settled_at') >= ? AND json_extract(facts, '$.stands') IS NOT 0)
GROUP BY currency ORDER BY currency
"""
NAMED = """
SELECT invoice_id FROM ledger WHERE invoice_id >= ? AND invoice_id < ?
UNION SELECT invoice_id FROM failures WHERE invoice_id >= ? AND invoice_id < ? LIMIT ?
"""
# It reads all rows of the ledger, because customers are rarely searched by the beginning of an id.
CUSTOMERS_NAMED = """
SELECT customer_id FROM failures WHERE customer_id >= ? AND customer_id < ?
UNION SELECT customer_id FROM (
    SELECT json_extract(CAST(value AS TEXT), '$.customer_id') AS customer_id FROM ledger
    WHERE instr(value, ?) AND json_valid(CAST(value AS TEXT)))
WHERE customer_id >= ? AND customer_id < ? LIMIT ?
"""
# Sorts after every text with the prefix to which it is appended.
AFTER_ALL = "\U0010ffff"

Item = TypeVar("Item")


def insert(connection: Connection, rows: Iterable[LedgerRow]) -> None:
    """Add rows; ``tidied`` removes the rows that they replace."""
    connection.executemany(INSERT, rows)


def is_indexed(connection: Connection) -> bool:
    """Whether the index exists, i.e. the ledger was once read to its end."""
    return bool(
        connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'ledger_by_invoice'"
        ).fetchone()
    )


def index(connection: Connection) -> Iterator[list[str]]:
    """Create the index, and yield the invoices to tidy in chunks.

    Measured: indexing all rows at once costs a third of updating an index during the first read.
    """
    connection.execute("CREATE INDEX ledger_by_invoice ON ledger (invoice_id, kind, document)")
    connection.execute(UNTIDY)
    last = 0
    while found := connection.execute(
        "SELECT rowid, invoice_id FROM untidy WHERE rowid > ? ORDER BY rowid LIMIT ?", (last, CHUNK)
    ).fetchall():
        last = found[-1][0]
        yield [invoice_id for _rowid, invoice_id in found]
    connection.execute("DROP TABLE untidy")


def first_entry(connection: Connection) -> datetime | None:
    """Return the time of the oldest row that is not a tombstone; ``None`` if there is none."""
    (oldest,) = connection.execute(
        "SELECT min(timestamp) FROM ledger WHERE value IS NOT NULL"
    ).fetchone()
    return None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC)


def created_since(
    connection: Connection, since: datetime
) -> list[tuple[str | None, int, int, str | None]]:
    """Return the valid documents entered since a time, by currency.

    Per currency: the number, how many have a known total, and their sum.
    """
    first = int(since.timestamp() * 1000)
    return connection.execute(CREATED, (first, time_text(since))).fetchall()


def named(connection: Connection, beginning: str, limit: int) -> set[str]:
    """Return up to ``limit`` settled or failed invoices whose id begins with ``beginning``."""
    found = connection.execute(NAMED, (*((beginning, beginning + AFTER_ALL) * 2), limit))
    return {invoice_id for (invoice_id,) in found}


def customers_named(connection: Connection, beginning: str, limit: int) -> set[str]:
    """Return up to ``limit`` customers with known invoices whose id begins with ``beginning``."""
    bounds = (beginning, beginning + AFTER_ALL)
    found = connection.execute(CUSTOMERS_NAMED, (*bounds, beginning.encode(), *bounds, limit))
    return {customer_id for (customer_id,) in found}


def rows_of(connection: Connection, invoice_ids: Sequence[str]) -> dict[str, list[StoredRow]]:
    """Return the rows of at most ``CHUNK`` invoices, in the order of insertion."""
    found: dict[str, list[StoredRow]] = defaultdict(list)
    for row in connection.execute(SELECT.format(marks(invoice_ids)), invoice_ids):
        found[row[1]].append(StoredRow(*row))
    return found


def tidied(connection: Connection, invoice_ids: Sequence[str]) -> dict[str, list[StoredRow]]:
    """Remove replaced rows of at most ``CHUNK`` invoices; return the others."""
    left: dict[str, list[StoredRow]] = {}
    stale: list[tuple[int]] = []
    documents: list[tuple[int, str, int]] = []
    for invoice_id, rows in rows_of(connection, invoice_ids).items():
        found = tidy(rows)
        left[invoice_id] = found.kept + found.documents
        stale += [(row.rowid,) for row in found.stale]
        documents += [(row.kind, row.document, row.rowid) for row in found.documents]
    connection.executemany("DELETE FROM ledger WHERE rowid = ?", stale)
    connection.executemany(
        "UPDATE ledger SET kind = ?, document = ?, failure_id = NULL WHERE rowid = ?", documents
    )
    return left


def marks(values: Sequence[object]) -> str:
    """Return a question mark per value, for SQL."""
    return ", ".join("?" * len(values))


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Yield lists of at most ``size`` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
