"""Admit calls to Metronome in the order of arrival, within its circuit and rate limits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from invoice_shared.errors import CallFailed
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.resilience.circuit import CallSlot, Change, Circuit

Sleep = Callable[[float], Awaitable[None]]
# Called after each change of the circuit, with the error that caused it.
Tell = Callable[[Change, CallFailed | None], None]


class Turns:
    """The queue of calls. Not thread-safe.

    Return each slot of ``take`` with exactly one of the methods below it.
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
        """Return a slot for one call, after at least ``delay`` seconds."""
        while True:
            if wait := max(delay, self._limits.delay(customer_id)):
                await self._sleep(wait)
            delay = 0.0
            if (slot := await self._next_turn(customer_id, invoice_id)) is not None:
                return slot

    def succeeded(self, slot: CallSlot) -> None:
        """Note that a call succeeded."""
        self._note(self.circuit.succeeded(slot), None)

    def failed(self, slot: CallSlot, error: CallFailed) -> None:
        """Note that a call failed."""
        self._note(self.circuit.failed(slot, error), error)

    def abandoned(self, slot: CallSlot) -> None:
        """Note that a call was cancelled before its response."""
        self._note(self.circuit.unused(slot), None)

    def hold(self) -> None:
        """Admit no calls until ``release``; calls in flight continue."""
        self._is_held = True

    def release(self) -> None:
        """Admit calls again after ``hold``."""
        self._is_held = False
        self._admit()

    async def _next_turn(self, customer_id: str, invoice_id: str) -> CallSlot | None:
        turn: asyncio.Future[CallSlot | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((customer_id, invoice_id, turn))
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            # An unused slot would be lost for ever, and a probe with it.
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
