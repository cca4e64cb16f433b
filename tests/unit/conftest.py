"""What each unit test leaves behind: nothing that the next one sees."""

from collections.abc import Iterator

import pytest
import structlog

from invoice_shared.own_secrets import OWN


@pytest.fixture(autouse=True)
def _default_logs() -> Iterator[None]:
    """A command or a service that ran in this process set up its logs; the next test captures lines
    of its own.
    """
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    """Settings of one test hold secrets that are words to another."""
    yield
    OWN.clear()
