"""What keeps a login alive: an access token for an hour, and a refresh token that changes as it is
used.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from pydantic import Field

from invoice_shared import serde
from invoice_shared.errors import ConnectorError, CredentialsRefused, MalformedRecord
from invoice_shared.invoice import Frozen, Versioned
from invoice_shared.types import UtcTime


class Owner(Frozen):
    """Whose tokens they are: our account at the provider, and the app that we are there.

    Neither is a secret.
    """

    account: str
    client_id: str

    def __str__(self) -> str:
        return f"account {self.account} and app {self.client_id}"


class Claim(Frozen):
    """Who is renewing, and until when everybody else waits."""

    by: str
    until: UtcTime


class Tokens(Versioned):
    """What the token store holds. ``renew_at`` is before the access token's end.

    ``access_token`` is empty until the first renewal. ``owner`` is ``None`` in what an older
    version wrote. ``unused_ends_at`` is when the refresh token ends if nobody uses it, ``ends_at``
    when the login ends in any case. Both are ``None`` if the provider does not say.
    """

    refresh_token: str = Field(min_length=1, repr=False)
    access_token: str = Field(repr=False)
    renew_at: UtcTime
    owner: Owner | None = None
    unused_ends_at: UtcTime | None = None
    ends_at: UtcTime | None = None
    claim: Claim | None = None

    def are_due(self, now: datetime) -> bool:
        """Whether it is time for new ones."""
        return not self.access_token or now >= self.renew_at

    def are_idle(self, now: datetime, after: timedelta) -> bool:
        """Whether nobody has renewed them for so long after they were due."""
        return not self.access_token or now >= self.renew_at + after

    def are_the_same(self, other: "Tokens") -> bool:
        """Whether it is the same pair, whoever claims it."""
        return (self.refresh_token, self.access_token) == (other.refresh_token, other.access_token)

    def belong_to(self, owner: Owner) -> bool:
        """Whether they are that owner's."""
        return self.owner in (None, owner)

    def after(self, before: "Tokens | None", owner: Owner) -> Self:
        """Return the same as that owner's, and with the login's end that an earlier answer named."""
        ends_at = self.ends_at or (before.ends_at if before else None)
        return self.model_copy(update={"owner": owner, "ends_at": ends_at})

    def claimed(self, by: str, until: datetime) -> Self:
        """Return the same tokens with a claim."""
        return self.model_copy(update={"claim": Claim(by=by, until=until)})


@dataclass(frozen=True, slots=True)
class Stored:
    """Tokens as a store holds them. ``version`` tells one write from the next."""

    tokens: Tokens
    version: str


class StoreChanged(ConnectorError):
    """Somebody else has written since we read."""


class GrantRefused(ConnectorError):
    """The token endpoint does not know the refresh token (any more): ``invalid_grant``."""


class TokenStore(Protocol):
    """The one durable owner of the chain, shared by all replicas.

    All methods raise ``Unavailable`` if it cannot be reached, ``CredentialsRefused`` if it does not
    let us in.
    """

    @property
    def has_lock(self) -> bool:
        """Whether ``exclusive`` keeps everybody else out. Otherwise claims do."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep others from renewing, if the store has a lock; raises ``Unavailable`` at once if
        somebody does.
        """

    def read(self) -> Stored | None:
        """Return what is stored; ``None`` before the first write."""

    def write(self, tokens: Tokens, replacing: Stored | None) -> Stored:
        """Store durably, before returning.

        Raises ``StoreChanged`` if ``replacing`` is not what is stored.
        """


def parse_tokens(raw: bytes, where: str, setting: str) -> Tokens:
    """Read a store's content. Raises ``CredentialsRefused`` for anything but tokens."""
    try:
        return serde.from_bytes(Tokens, raw)
    except MalformedRecord as error:
        raise CredentialsRefused(
            f"The token store {where} holds something else than tokens: {error.reason} Remove it"
            f" and set a new refresh token, or correct {setting}."
        ) from error
