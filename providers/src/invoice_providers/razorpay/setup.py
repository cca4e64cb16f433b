"""Build a Razorpay client from the settings."""

from collections.abc import Callable
from dataclasses import dataclass

from invoice_providers.http import Http, basic
from invoice_providers.razorpay.api import InvoicesApi
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.settings import RazorpaySettings
from invoice_shared.clock import Clock
from invoice_shared.outgoing.outgoing import Reach


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """An API key, which decides between test and live mode."""

    key_id: str
    secret: str


def build(settings: RazorpaySettings, clock: Clock) -> Razorpay:
    """Build the client."""
    return Razorpay(build_api(settings, clock), clock, settings.razorpay_create)


def build_api(settings: RazorpaySettings, clock: Clock) -> InvoicesApi:
    """Build the API's calls. A refused key is read again from its files."""

    def key() -> Key:
        return Key(
            settings.credential("razorpay_apikey_id"), settings.credential("razorpay_apikey_secret")
        )

    return api_of(settings.razorpay_base_url, key, clock=clock, reach=settings.reach)


def api_of(base_url: str, key: Callable[[], Key], *, clock: Clock, reach: Reach) -> InvoicesApi:
    """Build the API's calls over HTTP.

    ``key`` is called again after a refusal, so a rotation needs no restart.
    """
    http = Http("Razorpay", lambda: basic(key().key_id, key().secret), reach)
    return InvoicesApi(base_url, http, clock, lambda: key().key_id)
