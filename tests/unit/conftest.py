"""Clean up after each unit test, so that the next one starts fresh."""

from collections.abc import Iterator

import pytest
import structlog

from invoice_shared.own_secrets import OWN


@pytest.fixture(autouse=True)
def _default_logs() -> Iterator[None]:
    """Restore the default logs: a command or a service that ran in this process set up its own."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    """Forget the secrets of settings, which may be ordinary words to another test."""
    yield
    OWN.clear()
