"""The progress of a long command: a bar on a terminal, a plain line now and then in a pipe.

Always on stderr; in a pipe only if people read the result. See ``exits.remark``.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from invoice_cli.exits import say
from invoice_cli.output import Listing
from invoice_cli.terminal import terminal

# The seconds between two lines in a pipe, so that a quick command prints none.
LINE_SECONDS = 10.0


class Advance(Protocol):
    """A function that is called for things that were done, or with 0 while nothing happens."""

    def __call__(self, count: int = 1, /) -> None:
        """Count them."""


@dataclass(slots=True)
class Lines:
    """Prints how much was done, in a pipe. ``told`` makes a sentence of the count."""

    told: Callable[[int], str]
    now: Callable[[], float] = time.monotonic
    _done: int = 0
    _said: float = field(init=False)

    def __post_init__(self) -> None:
        self._said = self.now()

    def __call__(self, count: int = 1) -> None:
        """Count, and print the sum if nothing was printed for ``LINE_SECONDS``."""
        self._done += count
        if self.now() - self._said >= LINE_SECONDS:
            self._said = self.now()
            say(self.told(self._done))


@contextmanager
def progress(label: str, total: int | None, output: Listing = "table") -> Iterator[Advance]:
    """Yield a function to call for each thing done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    of_all = "" if total is None else f" of {total:,}"
    with _shown(Progress(*columns, console=terminal(stderr=True)), label, total) as bar:
        yield bar or _lines(lambda done: f"{label}: {done:,}{of_all}", output)


@contextmanager
def reading(output: Listing = "table") -> Iterator[Advance]:
    """Show how many records were read: yield a function to call with the count of each batch."""
    columns = (TextColumn("Reading the topics: {task.completed:,.0f} records"), TimeElapsedColumn())
    with _shown(Progress(*columns, console=terminal(stderr=True), transient=True), "", None) as bar:
        yield bar or _lines(lambda done: f"Reading the topics: {done:,} records", output)


@contextmanager
def _shown(display: Progress, label: str, total: int | None) -> Iterator[Advance | None]:
    """Show a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    with display:
        task = display.add_task(label, total=total)

        def advance(count: int = 1) -> None:
            display.advance(task, count)

        yield advance


def _lines(told: Callable[[int], str], output: Listing) -> Advance:
    return Lines(told) if output == "table" else _nothing


def _nothing(_count: int = 1) -> None:
    """Print nothing."""
