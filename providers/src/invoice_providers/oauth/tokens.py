"""The tokens of a login, and the port to the store that keeps them."""

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
    """The owner of tokens: our account at the provider, and our app there.

    Neither is a secret.
    """

    account: str
    client_id: str

    def __str__(self) -> str:
        return f"account {self.account} and app {self.client_id}"


class Claim(Frozen):
    """Which process is renewing, and until when the others wait."""

    by: str
    until: UtcTime


class Tokens(Versioned):
    """The content of the token store. ``renew_at`` is before the access token's end.

    ``access_token`` is empty until the first renewal. ``owner`` is ``None`` if an older version
    wrote it. ``unused_ends_at`` is when the refresh token ends unless used, ``ends_at`` when the
    login ends in any case. Both are ``None`` if the provider does not say.
    """

    refresh_token: str = Field(min_length=1, repr=False)
    access_token: str = Field(repr=False)
    renew_at: UtcTime
    owner: Owner | None = None
    unused_ends_at: UtcTime | None = None
    ends_at: UtcTime | None = None
    claim: Claim | None = None

    def are_due(self, now: datetime) -> bool:
        """Whether it is time to renew them."""
        return not self.access_token or now >= self.renew_at

    def are_idle(self, now: datetime, after: timedelta) -> bool:
        """Whether nobody has renewed them for ``after`` since they were due."""
        return not self.access_token or now >= self.renew_at + after

    def are_the_same(self, other: "Tokens") -> bool:
        """Whether it is the same pair of tokens, regardless of the claim."""
        return (self.refresh_token, self.access_token) == (other.refresh_token, other.access_token)

    def belong_to(self, owner: Owner) -> bool:
        """Whether they belong to an owner."""
        return self.owner in (None, owner)

    def after(self, before: "Tokens | None", owner: Owner) -> Self:
        """Return them with an owner, and with the login's end of an earlier answer."""
        ends_at = self.ends_at or (before.ends_at if before else None)
        return self.model_copy(update={"owner": owner, "ends_at": ends_at})

    def claimed(self, by: str, until: datetime) -> Self:
        """Return the same tokens with a claim."""
        return self.model_copy(update={"claim": Claim(by=by, until=until)})


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored tokens. ``version`` identifies the write."""

    tokens: Tokens
    version: str


class StoreChanged(ConnectorError):
    """Another process has written since we read."""


class GrantRefused(ConnectorError):
    """The token endpoint does not know the refresh token (any more): ``invalid_grant``."""


class TokenStore(Protocol):
    """The durable store of the chain, shared by all replicas.

    All methods raise ``Unavailable`` if it cannot be reached, or ``CredentialsRefused`` if it
    refuses us.
    """

    @property
    def has_lock(self) -> bool:
        """Whether ``exclusive`` excludes other processes. Otherwise claims do."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the store's lock, if any. Raises ``Unavailable`` at once if it is taken."""

    def read(self) -> Stored | None:
        """Return the stored tokens; ``None`` before the first write."""

    def write(self, tokens: Tokens, replacing: Stored | None) -> Stored:
        """Store tokens durably before returning.

        Raises ``StoreChanged`` if ``replacing`` is no longer stored.
        """


def parse_tokens(raw: bytes, where: str, setting: str) -> Tokens:
    """Return a store's tokens. Raises ``CredentialsRefused`` for any other content."""
    try:
        return serde.from_bytes(Tokens, raw)
    except MalformedRecord as error:
        raise CredentialsRefused(
            f"The token store {where} does not contain tokens: {error.reason} Remove it"
            f" and set a new refresh token, or correct {setting}."
        ) from error
