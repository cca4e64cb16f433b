"""The person at this terminal."""

import getpass
import os
import pwd
from collections.abc import Callable

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest

# The shells of a service account, which nobody logs in to.
NO_SHELLS = ("nologin", "false")


def person(given: str | None, ask: Callable[[], str] = getpass.getuser) -> Person:
    """Return who decides: the name given by --by, else this terminal's user."""
    return Person(given or _user(ask), "cli")


def accountable(
    given: str | None,
    ask: Callable[[], str] = getpass.getuser,
    account: Callable[[], pwd.struct_passwd] | None = None,
) -> Person:
    """Return who decides, for what is audited: root and service accounts are not accepted.

    Raises ``InvalidRequest``.
    """
    if not given and _is_shared(account or _own_account):
        raise InvalidRequest("This account does not identify a person: name who decides with --by.")
    return person(given, ask)


def _own_account() -> pwd.struct_passwd:
    return pwd.getpwuid(os.getuid())


def _is_shared(account: Callable[[], pwd.struct_passwd]) -> bool:
    try:
        own = account()
    except KeyError:  # a container's user may have no name
        return True
    return own.pw_uid == 0 or own.pw_shell.endswith(NO_SHELLS)


def _user(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (KeyError, OSError) as error:
        raise InvalidRequest("This user has no name: name who decides with --by.") from error
