import sqlite3
import stat
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from invoice_operations.view.state_file import file_name, open_tables, state_directory
from invoice_operations.view.tables import VERSION, Tables

TOPICS = ("invoice-outcomes", "invoice-errors", "invoice-decisions")


def not_told(sentence: str) -> None:
    pytest.fail(f"told: {sentence}")


def failures_in(tables: Tables) -> int:
    with tables.reading() as connection:
        (count,) = connection.execute("SELECT count(*) FROM failures").fetchone()
    return int(count)


def fill(tables: Tables) -> None:
    with tables.writing() as connection:
        connection.execute(
            "INSERT INTO failures (failure_id, key, stage, code, reason, failed_at, state) "
            "VALUES ('f', 'k', 's', 'c', 'r', '2026-03-01T12:00:00.000Z', 'open')"
        )


def test_each_installation_has_a_file_of_its_own() -> None:
    names = {
        file_name("one", TOPICS),
        file_name("two", TOPICS),
        file_name("one", ("other", *TOPICS[1:])),
    }

    assert len(names) == 3
    assert file_name("one", TOPICS) in names


def test_the_directory_is_the_given_one_or_the_platforms_cache_directory() -> None:
    assert state_directory("here") == Path("here")
    assert state_directory(None) == user_cache_path("metronome-invoice-connector")


def test_stored_data_survives_a_reopening_and_only_the_owner_can_read_it(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "new" / "state"
    first = open_tables(directory, "view.sqlite3", not_told)
    fill(first)
    first.close()

    again = open_tables(directory, "view.sqlite3", not_told)

    assert failures_in(again) == 1
    assert stat.S_IMODE((directory / "view.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_file_of_another_version_is_rebuilt(tmp_path: Path) -> None:
    first = open_tables(tmp_path, "view.sqlite3", not_told)
    fill(first)
    first.close()
    with sqlite3.connect(tmp_path / "view.sqlite3") as connection:
        connection.execute("CREATE TABLE older (id)")
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")

    again = open_tables(tmp_path, "view.sqlite3", not_told)

    assert failures_in(again) == 0
    with again.reading() as tables:
        assert tables.execute("SELECT * FROM sqlite_master WHERE name = 'older'").fetchall() == []


@pytest.mark.parametrize(
    "obstacle", ["a file instead of the directory", "a file that is not a database", "no place"]
)
def test_without_a_writable_place_the_tables_are_in_memory_and_a_warning_comes_once(
    tmp_path: Path, obstacle: str
) -> None:
    told: list[str] = []
    directory: Path | None = tmp_path / "state"
    if obstacle == "a file instead of the directory":
        (tmp_path / "state").write_text("")
    elif obstacle == "a file that is not a database":
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "view.sqlite3").write_bytes(b"no database " * 1000)
    else:
        directory = None

    tables = open_tables(directory, "view.sqlite3", told.append)
    fill(tables)

    assert failures_in(tables) == 1
    assert (len(told), "INVOICES_STATE_DIR" in told[0]) == (1, True)
