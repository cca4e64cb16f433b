"""How far a long command is: a bar on a terminal, a plain line now and then in a pipe. Always on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from invoice_cli.exits import say
from invoice_cli.terminal import terminal

STEPS = 10
"""Lines in a pipe."""
OPEN_STEP = 1000
"""Without a known total: a line each so many."""

# In a pipe: a line per so many seconds, so that nothing is said of what is quick.
READING_SECONDS = 10.0

Advance = Callable[[], None]


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Advance]:
    """Give a function to call once for each thing done."""
    if sys.stderr.isatty():
        with _bar(label, total) as advance:
            yield advance
    else:
        yield _lines(label, total)


@contextmanager
def reading() -> Iterator[Callable[[int], None]]:
    """Show how many records were read: yield a function to call with the count of each batch."""
    if not sys.stderr.isatty():
        yield _reading_lines(time.monotonic)
        return
    columns = (TextColumn("Reading the topics: {task.completed:,.0f} records"), TimeElapsedColumn())
    with Progress(*columns, console=terminal(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda count: shown.advance(task, count)


def _reading_lines(now: Callable[[], float]) -> Callable[[int], None]:
    done, said = 0, now()

    def followed(count: int) -> None:
        nonlocal done, said
        done += count
        if now() - said >= READING_SECONDS:
            said = now()
            say(f"Reading the topics: {done:,} records")

    return followed


@contextmanager
def _bar(label: str, total: int | None) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal(stderr=True)) as shown:
        task = shown.add_task(label, total=total)
        yield lambda: shown.advance(task)


def _lines(label: str, total: int | None) -> Advance:
    done, step = 0, OPEN_STEP if total is None else max(1, -(-total // STEPS))

    def advance() -> None:
        nonlocal done
        done += 1
        if done % step == 0 or done == total:
            say(f"{label}: {done}" if total is None else f"{label}: {done} of {total}")

    return advance
