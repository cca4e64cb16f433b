"""What a command prints on stdout: rows for people as a table, for programs as one JSON document or CSV."""

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal

from rich.box import HEAVY_HEAD
from rich.table import Column, Table

from invoice_cli.terminal import PIPE_WIDTH, terminal
from invoice_operations.harmless import harmless, harmless_cell, harmless_json, harmless_line
from invoice_operations.plain import plain
from invoice_shared.serde import dumps

Output = Literal["table", "json"]
Listing = Literal["table", "json", "csv"]
Row = Mapping[str, Any]
MAX_IN_MEMORY = 8 * 1024 * 1024


def show(rows: Sequence[Row], output: Output) -> None:
    """Print rows that share their keys."""
    if output == "json":
        print_json(list(rows))
    else:
        print_table(rows)


def print_text(text: str) -> None:
    """Print a text as it is."""
    sys.stdout.write(harmless(text) + "\n")


def print_json(document: Any) -> None:
    """Print one JSON document; money as strings, as everywhere."""
    sys.stdout.write(_json(plain(document)) + "\n")


def print_exactly(document: Any) -> None:
    """Print one JSON document digit for digit as a provider would get it: amounts are numbers there."""
    sys.stdout.write(_json(document) + "\n")


def print_json_rows(rows: Iterable[Row]) -> None:
    """Print one JSON document, a list of rows, once all have come."""
    with _whole() as text:
        between = "["
        for row in rows:
            text.write(between + _json(plain(row)))
            between = ",\n"
        text.write("[]\n" if between == "[" else "]\n")


def print_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Print a header, also over nothing, and one line per row, once all have come."""
    with _whole() as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: harmless_cell(_cell(value)) for name, value in row.items()})


@contextmanager
def _whole() -> Iterator[IO[str]]:
    """Print what is written, or nothing if it is cut off: half a table looks like a whole one.

    Kept on disk if it is long, not in memory.
    """
    with SpooledTemporaryFile(MAX_IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline="") as text:
        yield text
        text.seek(0)
        shutil.copyfileobj(text, sys.stdout)


def print_table(rows: Sequence[Row]) -> None:
    """Print a table on a terminal; aligned plain lines in a pipe."""
    is_terminal = sys.stdout.isatty()
    terminal(width=None if is_terminal else PIPE_WIDTH).print(table(rows))


def table(rows: Sequence[Row], title: str | None = None) -> Table:
    """Lay rows that share their keys out: with lines on a terminal, without in a pipe."""
    box = HEAVY_HEAD if sys.stdout.isatty() else None
    # Folded, not cut: an id that ends in dots cannot be copied.
    columns = [Column(name, overflow="fold") for name in (rows[0] if rows else ())]
    laid_out = Table(*columns, title=title, title_justify="left", box=box)
    for row in rows:
        laid_out.add_row(*(harmless_line(_cell(value)) for value in row.values()))
    return laid_out


def _cell(value: Any) -> str:
    value = plain(value)
    return "" if value is None else str(value)


def _json(document: Any) -> str:
    return harmless_json(dumps(document).decode())
