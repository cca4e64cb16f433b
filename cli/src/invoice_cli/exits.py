"""How a command ends: the contract's exit codes, and one clear line on stderr."""

import sys
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """Exit codes of every subcommand."""

    DONE = 0
    ATTENTION = 1
    USAGE = 2
    UNREACHABLE = 3


def stop(code: Exit, sentence: str) -> NoReturn:
    """End the process with one line that says what to do."""
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(int(code))
