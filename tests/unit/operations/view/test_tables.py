import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from invoice_operations.errors import NeedsAttention
from invoice_operations.view.state_file import open_tables, untold
from invoice_operations.view.tables import StartedAnew, Tables


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], Tables]:
    """Return the same file opened once more, as by another process."""
    return lambda: open_tables(tmp_path, "view.sqlite3", untold)


def positions(tables: Tables) -> list[tuple[str, int, int]]:
    with tables.reading() as connection:
        return connection.execute("SELECT * FROM positions").fetchall()


def put(tables: Tables, topic: str) -> None:
    with tables.writing() as connection:
        connection.execute("INSERT INTO positions VALUES (?, 0, 1)", (topic,))


def test_another_process_sees_what_one_stores(opened: Callable[[], Tables]) -> None:
    one = opened()
    other = opened()

    put(one, "t")

    assert positions(other) == [("t", 0, 1)]


def test_whoever_reads_positions_to_write_rows_keeps_others_from_writing_meanwhile(
    tmp_path: Path, opened: Callable[[], Tables]
) -> None:
    tables = opened()
    with closing(sqlite3.connect(tmp_path / "view.sqlite3", timeout=0)) as other:
        with tables.writing() as connection:
            connection.execute("SELECT * FROM positions").fetchall()

            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")

        other.execute("BEGIN IMMEDIATE")


def test_a_long_query_of_one_process_stops_no_other_from_writing(
    tmp_path: Path, opened: Callable[[], Tables]
) -> None:
    tables = opened()
    with tables.reading() as query, closing(sqlite3.connect(tmp_path / "view.sqlite3")) as other:
        query.execute("SELECT * FROM positions").fetchall()
        other.execute("PRAGMA busy_timeout = 0")

        other.execute("INSERT INTO positions VALUES ('t', 0, 1)")
        other.commit()

        assert query.execute("SELECT * FROM positions").fetchall() == []
    assert positions(tables) == [("t", 0, 1)]


def test_a_transaction_that_fails_leaves_nothing_behind(opened: Callable[[], Tables]) -> None:
    tables = opened()

    with pytest.raises(NeedsAttention), tables.writing() as connection:
        connection.executemany("INSERT INTO positions VALUES ('t', ?, ?)", [(0, 1), (1,)])

    assert positions(tables) == []


def test_tables_cleared_by_another_process_cannot_be_used_any_more(
    opened: Callable[[], Tables],
) -> None:
    one = opened()
    other = opened()
    put(one, "old")

    other.clear()

    with pytest.raises(StartedAnew):
        put(one, "new")
    with pytest.raises(StartedAnew):
        positions(one)
    assert positions(other) == []
    one.prepare()
    put(one, "new")
    assert positions(other) == [("new", 0, 1)]


def test_tables_of_another_version_cannot_be_used_any_more(
    tmp_path: Path, opened: Callable[[], Tables]
) -> None:
    tables = opened()
    with sqlite3.connect(tmp_path / "view.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 1")

    with pytest.raises(StartedAnew):
        positions(tables)


def test_an_unusable_file_is_reported_with_what_to_do(
    opened: Callable[[], Tables],
) -> None:
    tables = opened()

    said = r"view\.sqlite3 cannot be used.*INVOICES_STATE_DIR"
    with pytest.raises(NeedsAttention, match=said), tables.writing() as connection:
        connection.execute("INSERT INTO nowhere VALUES (1)")
