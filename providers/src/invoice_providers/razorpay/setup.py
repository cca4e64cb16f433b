"""From the settings to a Razorpay client."""

from invoice_providers.razorpay.client import Key, Razorpay
from invoice_providers.razorpay.settings import RazorpaySettings
from invoice_shared.clock import Clock


def build(settings: RazorpaySettings, clock: Clock) -> Razorpay:
    """Build the client; its key is read from its files again after it was refused."""
    return Razorpay(
        settings.razorpay_base_url,
        lambda: Key(settings.secret("razorpay_apikey_id") or "", settings.secret("razorpay_apikey_secret") or ""),
        clock=clock,
        timeout_seconds=settings.http_timeout_seconds,
    )
