"""The table ``entered``: failures whose own entry was read from the ledger.

Later ledger entries of such an invoice came after the failure, whatever the services' clocks say.
"""

from collections.abc import Iterable
from sqlite3 import Connection

from invoice_operations.view.ledger_table import chunks, marks


def note(connection: Connection, failure_ids: Iterable[str]) -> None:
    """Add failures."""
    connection.executemany(
        "INSERT OR IGNORE INTO entered VALUES (?)", ((each,) for each in failure_ids)
    )


def among(connection: Connection, failure_ids: Iterable[str]) -> set[str]:
    """Return those of the failures whose own entry was read from the ledger."""
    found: set[str] = set()
    for chunk in chunks(failure_ids):
        asked = f"SELECT failure_id FROM entered WHERE failure_id IN ({marks(chunk)})"  # noqa: S608
        found |= {failure_id for (failure_id,) in connection.execute(asked, chunk)}
    return found
