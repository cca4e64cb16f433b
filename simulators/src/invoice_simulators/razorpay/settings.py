"""The settings of the simulated Razorpay account.

The credentials are harmless and for loopback only.
"""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class RazorpaySettings:
    """A valid customer id (``cust_`` and 14 letters or digits) is known unless listed.

    ``items`` are the account's items by id: ``name``, ``amount`` and ``currency``.
    Razorpay's documentation leaves these open, so each can be either:

    - ``lookup_lag_seconds``: how long after a write the list shows it, older writes first; null:
      not before ``settle``. A read by id always sees it.
    - ``deleted_stay_listed``: whether the list goes on showing a deleted draft, with that status.
    - ``receipt_filter``: whether ``receipt=`` asks for the whole receipt or for a part of it.
    - ``issue_messages``: whether issuing a draft messages the customer: as the draft was created,
      always, or never.
    """

    key_id: str = "rzp_test_simulated"
    key_secret: str = "simulated-key-secret"  # noqa: S105 - harmless, for loopback only
    international: bool = True
    unknown_customers: tuple[str, ...] = ()
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    lookup_lag_seconds: float | None = 0
    deleted_stay_listed: bool = False
    receipt_filter: Literal["whole", "part"] = "whole"
    issue_messages: Literal["as-created", "always", "never"] = "as-created"
