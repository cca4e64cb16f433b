"""How a command ends: the contract's exit codes, and one clear line on stderr."""

import sys
from enum import IntEnum
from typing import NoReturn

from invoice_shared.errors import ConnectorError


class Exit(IntEnum):
    """Exit codes of every subcommand."""

    DONE = 0
    ATTENTION = 1
    USAGE = 2
    UNREACHABLE = 3


class CommandFailed(ConnectorError):
    """The command cannot go on; the sentence says why and what to do."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def stop(code: Exit, sentence: str) -> NoReturn:
    """End the process with one line that says what to do."""
    say(sentence)
    raise SystemExit(int(code))


def say(sentence: str) -> None:
    """Tell the operator something beside the command's output."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
