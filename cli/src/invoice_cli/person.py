"""Who sits at this terminal."""

import getpass
import os
import pwd
from collections.abc import Callable

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest

# Of an account that a program has, and nobody logs in to.
NO_SHELLS = ("nologin", "false")


def person(given: str | None, ask: Callable[[], str] = getpass.getuser) -> Person:
    """Return who decides: the one given by --by, else the user of this terminal."""
    return Person(given or _user(ask), "cli")


def accountable(
    given: str | None,
    ask: Callable[[], str] = getpass.getuser,
    account: Callable[[], pwd.struct_passwd] | None = None,
) -> Person:
    """Return the same for what an auditor asks about: root and service accounts are nobody in
    particular.

    Raises ``InvalidRequest``.
    """
    if not given and _is_shared(account or _own_account):
        raise InvalidRequest("This account is nobody in particular: say with --by who decides.")
    return person(given, ask)


def _own_account() -> pwd.struct_passwd:
    return pwd.getpwuid(os.getuid())


def _is_shared(account: Callable[[], pwd.struct_passwd]) -> bool:
    try:
        own = account()
    except KeyError:  # a container's user may have a number alone
        return True
    return own.pw_uid == 0 or own.pw_shell.endswith(NO_SHELLS)


def _user(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (KeyError, OSError) as error:
        raise InvalidRequest("This user has no name: say with --by who decides.") from error
