"""Metronome's API for an event loop, as far as it needs no answer."""

import pytest

from invoice_shared.errors import CredentialsRefused
from invoice_shared.metrics import Metrics
from invoice_shared.metronome.async_client import AsyncMetronomeClient, open_session
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.outgoing.outgoing import Reach
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("first\nsecond", id="an inner line break"),
        pytest.param("first\rsecond", id="a carriage return"),
        pytest.param("clé", id="not ASCII"),
        pytest.param("", id="empty"),
        pytest.param(None, id="a file that vanished"),
    ],
)
async def test_a_key_that_cannot_be_in_a_header_counts_as_refused_and_is_not_quoted(
    key: str | None,
) -> None:
    async with open_session("http://metronome", Reach(1)) as session:
        client = AsyncMetronomeClient(
            session,
            "https://metronome.invalid",
            lambda: key,
            limits=RateLimits(FakeClock()),
            metrics=Metrics(),
            clock=FakeClock(),
        )

        with pytest.raises(
            CredentialsRefused, match="METRONOME_API_KEY cannot be read, or contains a line break"
        ) as refused:
            await client.invoice("customer", "invoice")

    assert "first" not in refused.value.reason
