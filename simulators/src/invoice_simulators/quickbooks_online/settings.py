"""The settings of the simulated company. The credentials are harmless, for loopback only."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class QuickBooksOnlineSettings:
    """Lists hold ids. A customer or item id of digits that no list names is known and active.

    ``refresh_token`` starts a chain; with ``rotate_refresh_tokens`` every refresh gives a new one
    and ends the old one. ``access_token_seconds`` counts for tokens that were given out before,
    too: 0 makes all of them expire. ``custom_transaction_numbers`` is the preference that the API
    shows; off: QuickBooks numbers by itself. ``warn_duplicate_numbers`` is the preference that the
    API does not show, and without which nothing guards ``DocNumber``; it needs the other one.
    ``closed_before`` is an ISO date: earlier books are closed. ``language`` is that of messages and
    details. Intuit's documentation leaves these open, so each can be either:

    - ``keep_sent_numbers``: whether a ``DocNumber`` that was sent is kept while QuickBooks numbers
      by itself.
    - ``replay_refusals``: whether a known request id is answered with its first refusal, too.
    - ``lookup_lag_seconds``: how long after a write queries see it; null: not before ``settle``. A
      read by id always sees it.
    - ``total_is_queryable``: whether ``TotalAmt`` may be queried; the reference does not say.
    """

    realm_id: str = "9130350000000001"
    client_id: str = "simulated-client-id"
    client_secret: str = "simulated-client-secret"  # noqa: S105 - harmless, for loopback only
    refresh_token: str = "simulated-refresh-token-0"  # noqa: S105 - harmless, for loopback only
    rotate_refresh_tokens: bool = True
    access_token_seconds: float = 3600
    custom_transaction_numbers: bool = True
    warn_duplicate_numbers: bool = True
    keep_sent_numbers: bool = False
    replay_refusals: bool = False
    lookup_lag_seconds: float | None = 0
    total_is_queryable: bool = True
    multicurrency: bool = True
    home_currency: str = "USD"
    unknown_customers: tuple[str, ...] = ()
    inactive_customers: tuple[str, ...] = ()
    unknown_items: tuple[str, ...] = ()
    inactive_items: tuple[str, ...] = ()
    closed_before: str | None = None
    language: Literal["en", "fr"] = "en"
