"""The accounts for the tests of the providers: a simulated one per provider, and each real sandbox
that the environment names.

A sandbox takes part if its own settings (``NS_*``, ``QBO_*``, ``RAZORPAY_*``, as the creator reads
them) *and* the customer to bill are set, e.g. ``NETSUITE_SANDBOX_CUSTOMER_ID``: real documents are
created there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from invoice_providers.registry import provider_of
from invoice_providers.testing import ProviderCase
from invoice_shared.settings import HttpSettings, Settings
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.netsuite import NetSuite, NetSuiteSettings
from invoice_simulators.quickbooks_online import QuickBooksOnline, QuickBooksOnlineSettings
from invoice_simulators.razorpay import Razorpay, RazorpaySettings
from invoice_simulators.server import SimulatorServer
from invoice_simulators.simulator import Simulator

ANY_ITEM = "501"
NO_SUCH = "999999999"
NO_SUCH_CUSTOMER = "cust_99999999999999"
NO_SUCH_INVOICE = "inv_99999999999999"


class SandboxSettings(Settings):
    """Whom to bill in a sandbox, and for which item."""

    netsuite_sandbox_customer_id: str | None = None
    netsuite_sandbox_item_id: str | None = None
    quickbooks_online_sandbox_customer_id: str | None = None
    quickbooks_online_sandbox_item_id: str | None = None
    razorpay_sandbox_customer_id: str | None = None


def case_of(
    destination: str, account: HttpSettings, folder: Path, customer_id: str, item_id: str
) -> ProviderCase:
    """Return a case for an account that has neither ``NO_SUCH`` nor ``NO_SUCH_CUSTOMER``."""
    is_razorpay = destination == "razorpay"
    return ProviderCase(
        provider=provider_of(destination),
        account=account,
        stranger=account.model_copy(update=wrong_credentials(folder)[destination]),
        customer_id=customer_id,
        item_id=item_id,
        no_customer_id=NO_SUCH_CUSTOMER if is_razorpay else NO_SUCH,
        no_document_id=NO_SUCH_INVOICE if is_razorpay else NO_SUCH,
        no_item_id=None if is_razorpay else NO_SUCH,
        currency="INR" if is_razorpay else "USD",
    )


def wrong_credentials(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the changes that make each provider refuse us."""
    wrong = SecretStr("wrong")
    return {
        "netsuite": {"ns_token_secret": wrong, "ns_oauth_private_key": wrong},
        "quickbooks_online": {
            "qbo_client_secret": wrong,
            "qbo_token_store": str(folder / "stranger.json"),
        },
        "razorpay": {"razorpay_apikey_secret": wrong},
    }


@contextmanager
def sandbox(destination: str, folder: Path) -> Iterator[ProviderCase]:
    """Return the real sandbox, or skip the test by name."""
    provider = provider_of(destination)
    whom = SandboxSettings()
    account = provider.settings()
    customer_id: str | None = getattr(whom, f"{destination}_sandbox_customer_id")
    item_id: str | None = getattr(whom, f"{destination}_sandbox_item_id", ANY_ITEM)
    if not (provider.is_configured(account) and customer_id and item_id):
        pytest.skip(f"the environment names no sandbox of {destination}")
    yield case_of(destination, account, folder, customer_id, item_id)


@contextmanager
def simulated(destination: str, folder: Path) -> Iterator[ProviderCase]:
    """Yield a simulated account."""
    with controlled(destination, folder) as (case, _control):
        yield case


@contextmanager
def controlled(destination: str, folder: Path) -> Iterator[tuple[ProviderCase, ControlClient]]:
    """Yield a simulated account, and the control of what people do there."""
    simulator, settings_of, customer_id = SIMULATED[destination]
    with SimulatorServer(build_app(simulator())) as server:
        missing = {"unknown_customers": [NO_SUCH, NO_SUCH_CUSTOMER]}
        if destination != "razorpay":
            missing["unknown_items"] = [NO_SUCH]
        control = ControlClient(server.url)
        control.configure(**missing)
        account = provider_of(destination).settings(**settings_of(server.url, folder))
        yield case_of(destination, account, folder, customer_id, ANY_ITEM), control


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
SIMULATED: dict[str, tuple[Callable[[], Simulator[Any]], SettingsOf, str]] = {
    "netsuite": (NetSuite, netsuite_settings, "1042"),
    "quickbooks_online": (QuickBooksOnline, quickbooks_settings, "1042"),
    "razorpay": (Razorpay, razorpay_settings, "cust_AAAAAAAAAAAAAA"),
}
