"""Every billing system that the creator knows: one line each."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from invoice_providers.base import BillingProvider
from invoice_providers.netsuite import setup as netsuite
from invoice_providers.netsuite.settings import NetSuiteSettings
from invoice_providers.quickbooks_online import setup as quickbooks_online
from invoice_providers.quickbooks_online.settings import QuickBooksSettings
from invoice_providers.razorpay import setup as razorpay
from invoice_providers.razorpay.settings import RazorpaySettings
from invoice_shared.clock import Clock
from invoice_shared.invoice import Destination


class ProviderSettings(NetSuiteSettings, QuickBooksSettings, RazorpaySettings):
    """The settings of all of them."""


class Entry(NamedTuple):
    """How to tell that a provider is set up here, and how to build its client."""

    is_configured: Callable[[ProviderSettings], bool]
    build: Callable[[ProviderSettings, Clock], BillingProvider]


PROVIDERS: Mapping[Destination, Entry] = {
    "netsuite": Entry(netsuite.is_configured, netsuite.build),
    "quickbooks_online": Entry(quickbooks_online.is_configured, quickbooks_online.build),
    "razorpay": Entry(razorpay.is_configured, razorpay.build),
}


def build_providers(
    settings: ProviderSettings, destinations: Collection[Destination], clock: Clock
) -> dict[str, BillingProvider]:
    """Build the clients of those ``destinations`` that are set up."""
    return {
        name: entry.build(settings, clock)
        for name, entry in PROVIDERS.items()
        if name in destinations and entry.is_configured(settings)
    }
