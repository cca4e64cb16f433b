"""What keeps QuickBooks open: an access token for an hour, and a refresh token that changes as it is used."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import Field

from invoice_shared import serde
from invoice_shared.errors import ConnectorError, CredentialsRefused, MalformedRecord
from invoice_shared.invoice import Versioned
from invoice_shared.types import UtcTime


class Tokens(Versioned):
    """What the token store holds. ``renew_at`` lies before the access token's end."""

    refresh_token: str = Field(min_length=1, repr=False)
    access_token: str = Field(min_length=1, repr=False)
    renew_at: UtcTime

    def are_due(self, now: datetime) -> bool:
        """Tell whether it is time for new ones."""
        return now >= self.renew_at


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

    All methods raise ``Unavailable`` where it cannot be reached, ``CredentialsRefused`` where it does not let us in.
    """

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep others from renewing, as far as the store can; raises ``Unavailable`` at once where somebody does."""

    def read(self) -> Stored | None:
        """Give what is stored; ``None`` before the first write."""

    def write(self, tokens: Tokens, replacing: Stored | None) -> None:
        """Store durably, before returning. Raises ``StoreChanged`` where ``replacing`` is not what is stored."""


def parse_tokens(raw: bytes, where: str) -> Tokens:
    """Read a store's content."""
    try:
        return serde.from_bytes(Tokens, raw)
    except MalformedRecord as error:
        raise CredentialsRefused(
            f"The token store {where} holds something else than tokens: {error.reason} Remove it and set a new "
            "QBO_REFRESH_TOKEN, or correct QBO_TOKEN_STORE."
        ) from error
