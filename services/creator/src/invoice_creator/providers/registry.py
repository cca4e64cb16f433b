"""Every billing system that the creator knows: one line each."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from invoice_creator.providers.base import BillingProvider
from invoice_creator.providers.netsuite import setup as netsuite
from invoice_creator.providers.quickbooks_online import setup as quickbooks_online
from invoice_creator.providers.razorpay import setup as razorpay
from invoice_creator.settings import CreatorSettings
from invoice_shared.clock import Clock
from invoice_shared.invoice import Destination


class Entry(NamedTuple):
    """How to tell that a provider is set up here, and how to build its client."""

    is_configured: Callable[[CreatorSettings], bool]
    build: Callable[[CreatorSettings, Clock], BillingProvider]


PROVIDERS: Mapping[Destination, Entry] = {
    "netsuite": Entry(netsuite.is_configured, netsuite.build),
    "quickbooks_online": Entry(quickbooks_online.is_configured, quickbooks_online.build),
    "razorpay": Entry(razorpay.is_configured, razorpay.build),
}


def build_providers(settings: CreatorSettings, clock: Clock) -> dict[str, BillingProvider]:
    """Build the clients of all providers that are set up and whose invoices this process takes."""
    return {
        name: entry.build(settings, clock)
        for name, entry in PROVIDERS.items()
        if name in settings.creator_destinations and entry.is_configured(settings)
    }
