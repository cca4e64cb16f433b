"""Who sits at this terminal."""

import getpass
from collections.abc import Callable

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest


def person(given: str | None, ask: Callable[[], str] = getpass.getuser) -> Person:
    """Return who decides: the one given by --by, else the user of this terminal."""
    return Person(given or _user(ask), "cli")


def _user(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (KeyError, OSError) as error:  # a container's user may have a number alone
        raise InvalidRequest("This user has no name: say with --by who decides.") from error
