"""Who may call Metronome next: in the order of arrival, as its circuit and its rate limits
admit.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from invoice_shared.errors import CallFailed
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.resilience.circuit import CallSlot, Change, Circuit

Sleep = Callable[[float], Awaitable[None]]
# Told of each change of the circuit, with the error that made it.
Tell = Callable[[Change, CallFailed | None], None]


class Turns:
    """One event loop's; not thread-safe.

    Each slot of ``take`` goes back by exactly one of the methods below it.
    """

    def __init__(
        self, circuit: Circuit, limits: RateLimits, tell: Tell, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.circuit = circuit
        self._limits = limits
        self._tell = tell
        self._sleep = sleep
        self._waiting: deque[tuple[str, str, asyncio.Future[CallSlot | None]]] = deque()
        self._alarm: asyncio.Task[None] | None = None
        self._is_held = False

    async def take(self, customer_id: str, invoice_id: str, delay: float = 0.0) -> CallSlot:
        """Return leave for one call, after ``delay`` seconds at the earliest."""
        while True:
            if wait := max(delay, self._limits.delay(customer_id)):
                await self._sleep(wait)
            delay = 0.0
            if (slot := await self._next_turn(customer_id, invoice_id)) is not None:
                return slot

    def succeeded(self, slot: CallSlot) -> None:
        """Note that an invoice was served."""
        self._note(self.circuit.succeeded(slot), None)

    def failed(self, slot: CallSlot, error: CallFailed) -> None:
        """Note that a call failed."""
        self._note(self.circuit.failed(slot, error), error)

    def abandoned(self, slot: CallSlot) -> None:
        """Note that a call was given up before its answer."""
        self._note(self.circuit.unused(slot), None)

    def hold(self) -> None:
        """Let nobody call until ``release``; calls in flight end as they do."""
        self._is_held = True

    def release(self) -> None:
        """Go on after ``hold``."""
        self._is_held = False
        self._admit()

    async def _next_turn(self, customer_id: str, invoice_id: str) -> CallSlot | None:
        turn: asyncio.Future[CallSlot | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((customer_id, invoice_id, turn))
        self._admit()
        try:
            return await turn
        except (
            asyncio.CancelledError
        ):  # a slot that nobody uses would be missing for ever, and a probe with it
            if turn.done() and not turn.cancelled() and (slot := turn.result()) is not None:
                self.abandoned(slot)
            raise

    def _note(self, change: Change | None, error: CallFailed | None) -> None:
        if change is not None:
            self._tell(change, error)
        self._admit()

    def _admit(self) -> None:
        if self._is_held:
            return
        while self._waiting and self.circuit.admits():
            customer_id, invoice_id, turn = self._waiting.popleft()
            if turn.done():  # its task was cancelled
                continue
            is_held = self._limits.delay(customer_id) > 0  # a hold may have begun while it waited
            turn.set_result(
                None if is_held else self.circuit.begin(invoice_id.encode(), customer_id.encode())
            )
        self._wake_for_the_probe()

    def _wake_for_the_probe(self) -> None:
        now = self.circuit.clock.monotonic()
        if not self._waiting or not self.circuit.is_open or self._alarm is not None:
            return
        if (at := self.circuit.not_before(now)) is not None:
            self._alarm = asyncio.create_task(self._admit_after(at - now))

    async def _admit_after(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._alarm = None
        self._admit()
