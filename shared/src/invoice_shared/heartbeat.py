"""Report that the event loop runs, for the ops port, which has its own thread."""

import asyncio
from typing import NoReturn

from invoice_shared.health import Health

BEAT_SECONDS = 1.0
# No task of a service blocks its event loop for this long.
HUNG_SECONDS = 30.0


async def beat(health: Health) -> NoReturn:
    """Report that the event loop runs, until cancelled."""
    while True:
        health.turned("event loop", within=HUNG_SECONDS)
        await asyncio.sleep(BEAT_SECONDS)
