"""The port to a login that expires unless it is renewed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

# Enough time for an administrator to connect the app again.
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is known about a login; ``None`` means unknown or without an end.

    ``unused_ends_at`` is when it ends unless renewed, ``ends_at`` when it ends in any case.
    ``unsaved`` is why the newest tokens could not be stored; ``None`` if they are stored.
    """

    unused_ends_at: datetime | None = None
    ends_at: datetime | None = None
    unsaved: str | None = None


class KeptLogin(Protocol):
    """Thread-safe."""

    @property
    def state(self) -> LoginState:
        """The present state, without a call."""

    def keep(self) -> None:
        """Store unsaved tokens, and renew tokens that were not used for a day.

        Raises ``Unavailable`` or ``CredentialsRefused``.
        """

    def watch(self, tell: Callable[[LoginState], None]) -> None:
        """Call ``tell`` at each change of the state, in the thread that changes it."""


@runtime_checkable
class HasLogin(Protocol):
    """What a provider's client also implements if its login may expire."""

    @property
    def login(self) -> KeptLogin | None:
        """The login of this client's account; ``None`` if it does not expire."""
