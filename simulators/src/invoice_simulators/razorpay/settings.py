"""What can be set in the simulated Razorpay account. The credentials are harmless and for loopback only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RazorpaySettings:
    """A customer id of the right form (``cust_`` and 14 letters or digits) that the list does not name is known."""

    key_id: str = "rzp_test_simulated"
    key_secret: str = "simulated-key-secret"  # noqa: S105 - harmless, for loopback only
    international: bool = True
    unknown_customers: tuple[str, ...] = ()
