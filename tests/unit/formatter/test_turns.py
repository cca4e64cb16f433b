import asyncio

import pytest

from invoice_formatter.judgement import build_circuit
from invoice_formatter.turns import Turns
from invoice_shared.metronome.rate_limits import RateLimits
from tests.fakes import FakeClock


def turns_of(clock: FakeClock) -> Turns:
    return Turns(build_circuit(clock, 1, 30.0), RateLimits(clock), lambda _change, _error: None)


async def test_a_turn_granted_to_a_cancelled_task_passes_to_the_next() -> None:
    turns = turns_of(FakeClock())
    slot = await turns.take("customer", "first")
    second = asyncio.create_task(turns.take("customer", "second"))
    third = asyncio.create_task(turns.take("customer", "third"))
    await asyncio.sleep(0)

    turns.succeeded(slot)
    second.cancel()

    async with asyncio.timeout(5):
        await third
    with pytest.raises(asyncio.CancelledError):
        await second
