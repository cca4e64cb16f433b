"""The real clients of an installation whose broker is down."""

from pathlib import Path

import pytest

from invoice_operations.installation import Installation
from invoice_operations.settings import StateSettings
from invoice_shared.errors import Unavailable
from invoice_shared.settings import AnySettings, KafkaSettings


@pytest.fixture
def away(tmp_path: Path) -> Installation:
    """Return an installation with a port on which nothing listens."""
    values = {
        KafkaSettings: {"kafka_bootstrap_servers": "127.0.0.1:1"},
        StateSettings: {"invoices_state_dir": str(tmp_path)},
    }

    def read(settings_class: type[AnySettings]) -> AnySettings:
        return settings_class.model_validate(values[settings_class])

    return Installation(read)


def test_every_call_to_the_broker_says_that_it_is_down_and_at_which_address(
    away: Installation,
) -> None:
    for ask in (away.view, away.reader, away.admin, away.publisher, away.overview):
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
            ask()


def test_the_last_view_needs_no_broker(away: Installation) -> None:
    assert away.last_view is away.last_view
