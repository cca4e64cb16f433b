"""How a command ends: the contract's exit codes, and one line on stderr."""

import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import NoReturn

from invoice_cli.output import Listing
from invoice_operations.check.checks import Line, State
from invoice_operations.errors import InvalidRequest, NeedsAttention, NotFound
from invoice_shared.archive.archive import ArchiveUnreachable
from invoice_shared.errors import ConnectorError, CredentialsRefused, Rejected, StartupError
from invoice_shared.harmless import harmless
from invoice_shared.settings import InvalidSettings


class Exit(IntEnum):
    """Exit codes of every subcommand."""

    DONE = 0
    ATTENTION = 1
    USAGE = 2
    UNREACHABLE = 3


# The first match counts. Every other error is a system that could not be reached.
ERRORS: tuple[tuple[type[Exception], Exit], ...] = (
    (InvalidSettings, Exit.USAGE),
    (InvalidRequest, Exit.USAGE),
    (NotFound, Exit.ATTENTION),
    (NeedsAttention, Exit.ATTENTION),
    (CredentialsRefused, Exit.ATTENTION),
    (Rejected, Exit.ATTENTION),
    (ArchiveUnreachable, Exit.UNREACHABLE),
    (StartupError, Exit.ATTENTION),
)
STATES: dict[State, Exit] = {
    "works": Exit.DONE,
    "note": Exit.DONE,
    "to fix": Exit.ATTENTION,
    "wrong setting": Exit.USAGE,
    "unreachable": Exit.UNREACHABLE,
}


def exit_of(error: ConnectorError | InvalidSettings) -> Exit:
    """Return the exit code of an error."""
    return next((end for known, end in ERRORS if isinstance(error, known)), Exit.UNREACHABLE)


def worst(lines: Iterable[Line]) -> Exit:
    """Return the exit code of a check with these lines."""
    return max((STATES[line.state] for line in lines), default=Exit.DONE)


def stop(code: Exit, sentence: str) -> NoReturn:
    """End the process with one line that says what to do."""
    say(sentence)
    raise SystemExit(int(code))


def say(sentence: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(f"{harmless(sentence)}\n")
    sys.stderr.flush()


def remark(sentence: str, output: Listing) -> None:
    """Write a line that is not an error to stderr.

    Nothing is written if a program reads JSON or CSV through a pipe: ``kubectl logs`` merges both
    streams, and the line would be among the rows.
    """
    if output == "table" or sys.stderr.isatty():
        say(sentence)
