"""A login that ends unless somebody renews it, as seen from outside of its provider."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

# Time enough for an administrator to connect the app again.
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is known of a login; ``None`` = unknown, or without an end.

    ``unused_ends_at`` is when it ends if nobody renews it, ``ends_at`` when it ends in any case.
    ``unsaved`` is why the newest tokens could not be stored; ``None`` if they are stored.
    """

    unused_ends_at: datetime | None = None
    ends_at: datetime | None = None
    unsaved: str | None = None


class KeptLogin(Protocol):
    """Thread-safe."""

    @property
    def state(self) -> LoginState:
        """What is known now, without asking anybody."""

    def keep(self) -> None:
        """Store what could not be stored, and renew what nobody has used for a day.

        Raises ``Unavailable`` or ``CredentialsRefused``.
        """

    def watch(self, tell: Callable[[LoginState], None]) -> None:
        """Call ``tell`` at each change of the state, in the thread that makes it."""


@runtime_checkable
class HasLogin(Protocol):
    """What a provider's client is, besides, if its login may have to be kept."""

    @property
    def login(self) -> KeptLogin | None:
        """The login of this client's account; ``None`` if it is one without an end."""
