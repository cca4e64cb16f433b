"""Rows for people as a table, for programs as one JSON document."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from invoice_shared.serde import dumps


def show(rows: Sequence[Mapping[str, Any]], output: Literal["table", "json"]) -> None:
    """Print rows that share their keys."""
    if output == "json":
        sys.stdout.write(dumps(list(rows)).decode() + "\n")
        return
    table = Table(*(rows[0] if rows else ()))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(table)
