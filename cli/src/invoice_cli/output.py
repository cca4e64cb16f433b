"""Print a command's result on stdout: as a table, as one JSON document or as CSV."""

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal

from rich.box import HEAVY_HEAD
from rich.cells import cell_len, set_cell_size
from rich.table import Column, Table

from invoice_cli.terminal import PIPE_WIDTH, terminal
from invoice_operations.plain import plain
from invoice_shared.harmless import harmless, harmless_cell, harmless_json, harmless_line
from invoice_shared.serde import dumps

Output = Literal["table", "json"]
Listing = Literal["table", "json", "csv"]
Row = Mapping[str, Any]
MAX_IN_MEMORY = 8 * 1024 * 1024
# The spaces between the columns of a list.
GAP = 2
# The fewest characters of a reason that are shown. On 80 columns they leave room for a whole
# invoice id and the longest state of a reconciliation.
MIN_CUT = 19


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
    """Print one JSON document exactly as a provider would get it, with amounts as numbers."""
    sys.stdout.write(_json(document) + "\n")


def print_json_rows(rows: Iterable[Row]) -> None:
    """Print one JSON document, a list of rows, after the last row was made."""
    with _whole() as text:
        between = "["
        for row in rows:
            text.write(between + _json(plain(row)))
            between = ",\n"
        text.write("[]\n" if between == "[" else "]\n")


def print_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Print a header and one line per row, after the last row was made."""
    with _whole() as text:
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: harmless_cell(_cell(value)) for name, value in row.items()})


@contextmanager
def _whole() -> Iterator[IO[str]]:
    """Print the whole text, or nothing after an error: half a table looks like a whole one.

    A long text is kept on disk, not in memory.
    """
    with SpooledTemporaryFile(
        MAX_IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline=""
    ) as text:
        yield text
        text.seek(0)
        shutil.copyfileobj(text, sys.stdout)


def print_table(rows: Sequence[Row]) -> None:
    """Print a table on a terminal; aligned plain lines in a pipe."""
    is_terminal = sys.stdout.isatty()
    terminal(width=None if is_terminal else PIPE_WIDTH).print(table(rows))


def print_list(rows: Sequence[Row], *, cut: str, spare: Sequence[str]) -> None:
    """Print one line per row, whatever the terminal's width; see ``fitted``.

    In a pipe nothing is left out.
    """
    if not sys.stdout.isatty():
        print_table(rows)
        return
    console = terminal()
    for line in fitted(
        [{name: harmless_line(_cell(value)) for name, value in row.items()} for row in rows],
        console.width,
        cut=cut,
        spare=spare,
    ):
        console.print(line, no_wrap=True, overflow="crop", soft_wrap=True)


def fitted(
    rows: Sequence[Mapping[str, str]], width: int, *, cut: str, spare: Sequence[str]
) -> list[str]:
    """Return a heading and one line per row, none wider than ``width``. Pure.

    The column ``cut`` is shortened to the space that is left, but not below ``MIN_CUT``. Before
    that, the ``spare`` columns are left out in their order. No other cell is cut: an id that ends
    in dots cannot be copied.
    """
    widths = {name: max(cell_len(name), *(cell_len(row[name]) for row in rows)) for name in rows[0]}
    shown = [name for name in widths if name != cut]
    for name in spare:
        if width - sum(widths[each] + GAP for each in shown) >= MIN_CUT:
            break
        shown.remove(name)
    left = max(MIN_CUT, width - sum(widths[each] + GAP for each in shown))
    heading = {name: name for name in widths}
    return [
        (" " * GAP).join(
            [
                *(set_cell_size(row[name], widths[name]) for name in shown),
                _shortened(row[cut], left),
            ]
        )
        for row in (heading, *rows)
    ]


def _shortened(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def table(rows: Sequence[Row], title: str | None = None) -> Table:
    """Return a table of rows that share their keys: with lines on a terminal, without in a pipe."""
    box = HEAVY_HEAD if sys.stdout.isatty() else None
    cells = [[harmless_line(_cell(value)) for value in row.values()] for row in rows]
    # Ids stay on one line if sentences can be wrapped instead, and are never cut: an id that ends
    # in dots cannot be copied.
    columns = [
        Column(name, overflow="fold", no_wrap=not any(" " in row[index] for row in cells))
        for index, name in enumerate(rows[0] if rows else ())
    ]
    laid_out = Table(*columns, title=title, title_justify="left", box=box)
    for row in cells:
        laid_out.add_row(*row)
    return laid_out


def _cell(value: Any) -> str:
    value = plain(value)
    return "" if value is None else str(value)


def _json(document: Any) -> str:
    return harmless_json(dumps(document).decode())
