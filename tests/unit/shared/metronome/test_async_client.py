"""Metronome's API for an event loop: keys that cannot be sent, and connections that died."""

import aiohttp
import pytest

from invoice_shared.errors import CredentialsRefused
from invoice_shared.metrics import Metrics
from invoice_shared.metronome import questions
from invoice_shared.metronome.async_client import AsyncMetronomeClient, open_session
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.outgoing.outgoing import Reach
from tests.fakes import FakeClock
from tests.support.forgetful import Forgetful


def client_of(
    session: aiohttp.ClientSession, base_url: str, key: str | None = "key"
) -> AsyncMetronomeClient:
    return AsyncMetronomeClient(
        session,
        base_url,
        lambda: key,
        limits=RateLimits(FakeClock()),
        metrics=Metrics(),
        clock=FakeClock(),
    )


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
        client = client_of(session, "https://metronome.invalid", key)

        with pytest.raises(
            CredentialsRefused, match="METRONOME_API_KEY cannot be read, or contains a line break"
        ) as refused:
            await client.invoice("customer", "invoice")

    assert "first" not in refused.value.reason


async def test_a_question_on_a_forgotten_connection_is_repeated_on_a_fresh_one(
    forgetful: Forgetful,
) -> None:
    by_get = questions.consolidated_invoices("customer")
    by_post = questions.contract("customer", "contract")
    async with open_session(forgetful.url, Reach(5)) as session:
        client = client_of(session, forgetful.url)

        answers = [await client.ask(each) for each in (by_get, by_get, by_post, by_post)]

    assert answers == [{}] * 4
    assert forgetful.connections == 4
