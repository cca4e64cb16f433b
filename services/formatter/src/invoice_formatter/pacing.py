"""Who has to wait after Metronome answered 429: one customer, or everyone. Times are in seconds."""

import asyncio
from collections.abc import Awaitable, Callable

from invoice_shared.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


class Pacing:
    """Holds calls back until a given moment. One event loop's; not thread-safe."""

    def __init__(self, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._all_until = 0.0
        self._customer_until: dict[str, float] = {}

    def hold_customer(self, customer_id: str, seconds: float) -> None:
        """Let one customer's calls wait; all others go on."""
        self._forget_past()
        self._customer_until[customer_id] = self._clock.monotonic() + seconds

    def hold_all(self, seconds: float) -> None:
        """Let every call wait."""
        self._all_until = max(self._all_until, self._clock.monotonic() + seconds)

    def delay(self, customer_id: str) -> float:
        """Give how long a call for this customer has to wait; 0 = it may go now."""
        until = max(self._all_until, self._customer_until.get(customer_id, 0.0))
        return max(0.0, until - self._clock.monotonic())

    async def wait(self, customer_id: str) -> None:
        """Return once a call for this customer may go."""
        while delay := self.delay(customer_id):
            await self._sleep(delay)

    def _forget_past(self) -> None:
        now = self._clock.monotonic()
        self._customer_until = {customer: until for customer, until in self._customer_until.items() if until > now}
