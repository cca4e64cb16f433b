"""An event loop's sign of life, for the ops port, which has a thread of its own."""

import asyncio
from typing import NoReturn

from invoice_shared.health import Health

BEAT_SECONDS = 1.0
# Nothing that a service does holds its event loop up for so long.
HUNG_SECONDS = 30.0


async def beat(health: Health) -> NoReturn:
    """Note that the running event loop turns, until cancelled."""
    while True:
        health.turned("event loop", within=HUNG_SECONDS)
        await asyncio.sleep(BEAT_SECONDS)
