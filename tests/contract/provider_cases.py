"""The providers that the contract is tried on: each simulated one, and each real sandbox that the environment names.

A sandbox takes part where its own settings (``NS_*``, ``QBO_*``, ``RAZORPAY_*``, as the creator reads them) *and* the
customer to bill are given, e.g. ``NETSUITE_SANDBOX_CUSTOMER_ID``: real documents are created there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from invoice_creator.settings import CreatorSettings
from invoice_providers.base import BillingProvider
from invoice_providers.registry import PROVIDERS
from invoice_shared.clock import SystemClock
from invoice_shared.invoice import Destination
from invoice_shared.settings import Settings
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.netsuite import NetSuite, NetSuiteSettings
from invoice_simulators.quickbooks_online import QuickBooksOnline, QuickBooksOnlineSettings
from invoice_simulators.razorpay import Razorpay, RazorpaySettings
from invoice_simulators.server import SimulatorServer
from invoice_simulators.simulator import Simulator

UNUSED: dict[str, Any] = {"metronome_api_key": SecretStr("unused")}
ANY_ITEM = "501"
NO_SUCH = "999999999"
NO_SUCH_CUSTOMER = "cust_99999999999999"


class SandboxSettings(Settings):
    """Whom to bill in a sandbox, and for which item."""

    netsuite_sandbox_customer_id: str | None = None
    netsuite_sandbox_item_id: str | None = None
    quickbooks_online_sandbox_customer_id: str | None = None
    quickbooks_online_sandbox_item_id: str | None = None
    razorpay_sandbox_customer_id: str | None = None


@dataclass(frozen=True)
class ProviderCase:
    """One account. ``wrong`` are the settings to exchange so that the provider refuses us."""

    destination: Destination
    settings: CreatorSettings
    wrong: dict[str, Any]
    customer_id: str
    item_id: str

    def provider(self) -> BillingProvider:
        """Build a client, as the creator does."""
        return PROVIDERS[self.destination].build(self.settings, SystemClock())

    def stranger(self) -> BillingProvider:
        """Build a client whose credentials are wrong."""
        return PROVIDERS[self.destination].build(self.settings.model_copy(update=self.wrong), SystemClock())

    @property
    def currency(self) -> str:
        """The currency that any account takes."""
        return "INR" if self.destination == "razorpay" else "USD"


def wrong_credentials(folder: Path) -> dict[Destination, dict[str, Any]]:
    """Give what to change so that each provider refuses us."""
    wrong = SecretStr("wrong")
    return {
        "netsuite": {"ns_token_secret": wrong, "ns_oauth_private_key": wrong},
        "quickbooks_online": {"qbo_client_secret": wrong, "qbo_token_store": str(folder / "stranger.json")},
        "razorpay": {"razorpay_apikey_secret": wrong},
    }


@contextmanager
def sandbox(destination: Destination, folder: Path) -> Iterator[ProviderCase]:
    """Give the real sandbox, or skip the test by name."""
    settings, whom = CreatorSettings(**UNUSED), SandboxSettings()
    customer_id: str | None = getattr(whom, f"{destination}_sandbox_customer_id")
    item_id: str | None = getattr(whom, f"{destination}_sandbox_item_id", ANY_ITEM)
    if not (PROVIDERS[destination].is_configured(settings) and customer_id and item_id):
        pytest.skip(f"the environment names no sandbox of {destination}")
    yield ProviderCase(destination, settings, wrong_credentials(folder)[destination], customer_id, item_id)


@contextmanager
def simulated(destination: Destination, folder: Path) -> Iterator[ProviderCase]:
    """Give a simulated account that knows neither ``NO_SUCH`` nor ``NO_SUCH_CUSTOMER``."""
    simulator, settings_of, customer_id = SIMULATED[destination]
    with SimulatorServer(build_app(simulator())) as server:
        missing = {"unknown_customers": [NO_SUCH, NO_SUCH_CUSTOMER]}
        if destination != "razorpay":
            missing["unknown_items"] = [NO_SUCH]
        ControlClient(server.url).configure(**missing)
        settings = CreatorSettings(**UNUSED, **settings_of(server.url, folder))
        yield ProviderCase(destination, settings, wrong_credentials(folder)[destination], customer_id, ANY_ITEM)


def netsuite_settings(url: str, _folder: Path) -> dict[str, Any]:
    """Point the creator at a simulated NetSuite."""
    account = NetSuiteSettings()
    return {
        "ns_base_url": url,
        "ns_account_id": account.account,
        "ns_consumer_key": SecretStr(account.consumer_key),
        "ns_consumer_secret": SecretStr(account.consumer_secret),
        "ns_token_id": SecretStr(account.token_id),
        "ns_token_secret": SecretStr(account.token_secret),
    }


def quickbooks_settings(url: str, folder: Path) -> dict[str, Any]:
    """Point the creator at a simulated QuickBooks Online."""
    company = QuickBooksOnlineSettings()
    return {
        "qbo_base_url": url,
        "qbo_token_url": f"{url}/oauth2/v1/tokens/bearer",
        "qbo_token_store": str(folder / "tokens.json"),
        "qbo_realm_id": company.realm_id,
        "qbo_client_id": company.client_id,
        "qbo_client_secret": SecretStr(company.client_secret),
        "qbo_refresh_token": SecretStr(company.refresh_token),
    }


def razorpay_settings(url: str, _folder: Path) -> dict[str, Any]:
    """Point the creator at a simulated Razorpay."""
    account = RazorpaySettings()
    return {
        "razorpay_base_url": url,
        "razorpay_apikey_id": account.key_id,
        "razorpay_apikey_secret": SecretStr(account.key_secret),
    }


SettingsOf = Callable[[str, Path], dict[str, Any]]
SIMULATED: dict[Destination, tuple[Callable[[], Simulator[Any]], SettingsOf, str]] = {
    "netsuite": (NetSuite, netsuite_settings, "1042"),
    "quickbooks_online": (QuickBooksOnline, quickbooks_settings, "1042"),
    "razorpay": (Razorpay, razorpay_settings, "cust_AAAAAAAAAAAAAA"),
}
