"""What can be set in the simulated company. The credentials are harmless and for loopback only."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class QuickBooksOnlineSettings:
    """Lists hold ids. A customer or item id of digits that no list names is known and active.

    ``refresh_token`` starts a chain; with ``rotate_refresh_tokens`` every refresh gives a new one and ends the old one.
    ``access_token_seconds`` counts for tokens that were given out before, too: 0 makes all of them expire.
    ``warn_duplicate_numbers`` is the company's preference without which nothing guards ``DocNumber``.
    ``closed_before`` is an ISO date: earlier books are closed. ``language`` is that of messages and details.
    """

    realm_id: str = "9130350000000001"
    client_id: str = "simulated-client-id"
    client_secret: str = "simulated-client-secret"  # noqa: S105 - harmless, for loopback only
    refresh_token: str = "simulated-refresh-token-0"  # noqa: S105 - harmless, for loopback only
    rotate_refresh_tokens: bool = True
    access_token_seconds: float = 3600
    warn_duplicate_numbers: bool = True
    multicurrency: bool = True
    home_currency: str = "USD"
    unknown_customers: tuple[str, ...] = ()
    inactive_customers: tuple[str, ...] = ()
    unknown_items: tuple[str, ...] = ()
    inactive_items: tuple[str, ...] = ()
    closed_before: str | None = None
    language: Literal["en", "fr"] = "en"
