"""Open the view's SQLite file, or keep the view in memory if no place is writable."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from invoice_operations.errors import NeedsAttention
from invoice_operations.view.decimal_sum import DecimalSum
from invoice_operations.view.tables import IN_MEMORY, Tables

APPLICATION = "metronome-invoice-connector"
# Another process may be indexing millions of records.
BUSY_SECONDS = 120.0
# Measured: larger pages, and no fsync per transaction, halve the cost of filling it. SQLite
# recovers the file after a power cut.
PAGE_BYTES = 16_384
CACHE_KIB = 32_768
PRAGMAS = (
    f"PRAGMA page_size = {PAGE_BYTES}",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
)

# Shows the operator a message besides the result.
Tell = Callable[[str], object]


def untold(_sentence: str) -> None:
    """Show nothing."""


def state_directory(given: str | None) -> Path | None:
    """Return the directory for the file; ``None`` if there is none, e.g. without a home."""
    path = Path(given) if given else user_cache_path(APPLICATION)
    return path if given or path.is_absolute() else None


def file_name(cluster_id: str, topics: Sequence[str]) -> str:
    """Return the file name of an installation, so that two on one machine have two files."""
    identity = "\n".join((cluster_id, *topics))
    return f"view-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.sqlite3"


def open_tables(directory: Path | None, name: str, tell: Tell) -> Tables:
    """Open or create the tables. If they are in memory, ``tell`` says why."""
    if directory is None:
        tell(
            "There is no place for the view, so each command reads the topics again. Set"
            " INVOICES_STATE_DIR to a directory."
        )
        return _in_memory()
    try:
        return _opened(directory / name)
    except (OSError, sqlite3.Error, NeedsAttention) as error:
        why = error.__cause__ or error
        tell(
            f"The view cannot be kept in {directory / name} ({why}), so the topics are read again."
            " See INVOICES_STATE_DIR."
        )
        return _in_memory()


def _opened(path: Path) -> Tables:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It contains customers and amounts, so only this user may read it and the files that SQLite
    # adds.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return _prepared(str(path))


def _in_memory() -> Tables:
    return _prepared(IN_MEMORY)


def _prepared(where: str) -> Tables:
    # Autocommit: ``Tables`` begins and ends transactions, in one thread at a time.
    connection = sqlite3.connect(
        where, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.create_aggregate("decimal_sum", 1, DecimalSum)  # type: ignore[arg-type]
        tables = Tables(connection, where)
        tables.prepare()
    except BaseException:
        connection.close()
        raise
    return tables
