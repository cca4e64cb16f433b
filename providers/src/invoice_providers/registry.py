"""The registry of all billing systems, by name of their folder.

A provider's code is imported on first use.
"""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

from invoice_providers.base import Provider
from invoice_providers.connection import Connection
from invoice_providers.names import destinations
from invoice_shared.clock import Clock
from invoice_shared.settings import HttpSettings

# The settings of our account at each provider, by destination.
Accounts = Mapping[str, HttpSettings]


def provider_of(destination: str) -> Provider[Any]:
    """Return a folder's exported value. ``destination`` is one of ``destinations()``."""
    found: Provider[Any] = import_module(f"invoice_providers.{destination}.provider").PROVIDER
    return found


def providers() -> tuple[Provider[Any], ...]:
    """Return all providers."""
    return tuple(provider_of(name) for name in destinations())


def account_settings() -> dict[str, type[HttpSettings]]:
    """Return each provider's settings class, by destination."""
    return {provider.name: provider.settings for provider in providers()}


def connect(accounts: Accounts, wanted: Collection[str], clock: Clock) -> dict[str, Connection]:
    """Build the clients of the ``wanted`` destinations that are configured."""
    known = {provider.name: provider for provider in providers() if provider.name in wanted}
    return {
        name: _connected(provider, accounts[name], clock)
        for name, provider in known.items()
        if provider.is_configured(accounts[name])
    }


def _connected(provider: Provider[Any], account: HttpSettings, clock: Clock) -> Connection:
    return Connection(provider, provider.build(account, clock), provider.account(account))
