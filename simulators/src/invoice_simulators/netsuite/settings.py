"""The settings of the simulated NetSuite account.

The credentials are harmless and for loopback only.
"""

from dataclasses import dataclass, field
from typing import Literal


def _currencies() -> dict[str, str]:
    return {"1": "USD", "2": "GBP", "3": "CAD", "4": "EUR", "5": "INR", "6": "AUD", "7": "CHF"}


@dataclass(frozen=True)
class NetSuiteSettings:
    """Lists hold internal ids.

    A customer or item id of digits that no list names is known and active.

    ``public_key`` is the PEM of the certificate that is registered for OAuth 2.0; null: nobody gets
    a token. ``access_token_seconds`` counts for tokens that were given out before, too: 0 makes all
    of them expire. ``currencies`` maps internal ids to ISO 4217 codes; ``"1"`` is the account's
    base currency. ``custom_fields`` are the ``custbody_*``, ``custcol_*`` and ``cseg_*`` that
    exist; null: all. ``closed_before`` is an ISO date: earlier periods are closed.
    ``forbidden_record_types`` are those that the role may not use, e.g. ``creditMemo`` or
    ``customer``. ``base_prices`` are decimals by item id: the price per piece, whatever amount was
    sent, unless a line names the custom price level ``-1``. ``shipping_cost`` is a decimal that the
    account adds to each new document. ``overload_as_invalid_login``: above the concurrency limit
    401 ``INVALID_LOGIN`` is answered instead of 429. ``duplicate_wording`` follows the user's
    language in a real account. NetSuite's documentation leaves these open, so each can be either:

    - ``lookup_lag_seconds``: how long after a write ``eid:``, lists and SuiteQL see it; null: not
      before ``settle``. A read by internal id always sees it.
    - ``deleted_keep_external_ids``: whether the external id of a deleted record stays taken.
    - ``eid_of_other_type``: the status of a look-up whose external id belongs to another
      record type.
    - ``status_ids``: whether ``status.id`` is a name (``Open``) or a letter (``A``).
    """

    account: str = "1234567_SB1"
    consumer_key: str = "simulated-consumer-key"
    consumer_secret: str = "simulated-consumer-secret"  # noqa: S105 - harmless, for loopback only
    token_id: str = "simulated-token-id"  # noqa: S105 - harmless, for loopback only
    token_secret: str = "simulated-token-secret"  # noqa: S105 - harmless, for loopback only
    client_id: str = "simulated-m2m-client-id"
    certificate_id: str = "simulated-certificate-id"
    public_key: str | None = None
    access_token_seconds: float = 3600
    unknown_customers: tuple[str, ...] = ()
    inactive_customers: tuple[str, ...] = ()
    unknown_items: tuple[str, ...] = ()
    inactive_items: tuple[str, ...] = ()
    currencies: dict[str, str] = field(default_factory=_currencies)
    custom_fields: tuple[str, ...] | None = None
    closed_before: str | None = None
    forbidden_record_types: tuple[str, ...] = ()
    base_prices: dict[str, str] = field(default_factory=dict)
    shipping_cost: str = "0"
    overload_as_invalid_login: bool = False
    duplicate_wording: str = "This record already exists."
    lookup_lag_seconds: float | None = 0
    deleted_keep_external_ids: bool = False
    eid_of_other_type: Literal[400, 404] = 404
    status_ids: Literal["names", "letters"] = "names"
