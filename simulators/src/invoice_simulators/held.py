"""Hold requests that are processed after their client has gone, as a slow server does."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from invoice_simulators.journal import Entry
from invoice_simulators.simulator import Work
from invoice_simulators.wire import Json


@dataclass(eq=False, slots=True)
class HeldCall:
    """One held request. ``timer`` is null if only a release processes it."""

    work: Work
    entry: Entry
    timer: asyncio.TimerHandle | None = None

    def matches(self, operation: str | None, invoice_id: str | None) -> bool:
        """Whether a release applies to this request; ``invoice_id`` may be a part of its id."""
        return operation in (None, self.entry.operation) and (invoice_id or "") in (
            self.entry.invoice_id or ""
        )

    def summary(self) -> Json:
        """Return its time, operation and invoice."""
        entry = self.entry
        return {"time": entry.time, "operation": entry.operation, "invoice_id": entry.invoice_id}


class HeldCalls:
    """The held requests, oldest first."""

    def __init__(self) -> None:
        self._held: list[HeldCall] = []

    def hold(self, work: Work, entry: Entry, seconds: float | None) -> None:
        """Hold a request and process it after ``seconds``; null: only on release."""
        held = HeldCall(work, entry)
        if seconds is not None:
            held.timer = asyncio.get_running_loop().call_later(seconds, self._carry_out, held)
        self._held.append(held)

    def release(self, operation: str | None = None, invoice_id: str | None = None) -> list[Json]:
        """Process matching requests, oldest first; return their results."""
        chosen = [held for held in self._held if held.matches(operation, invoice_id)]
        return [self._carry_out(held) for held in chosen]

    def listing(self) -> Iterable[Json]:
        """Return the held requests."""
        return (held.summary() for held in self._held)

    def clear(self) -> None:
        """Drop the held requests without processing them."""
        for held in self._held:
            _stop(held)
        self._held.clear()

    def _carry_out(self, held: HeldCall) -> Json:
        _stop(held)
        self._held.remove(held)
        held.entry.late_status = held.work.carry_out().status
        return {**held.summary(), "status": held.entry.late_status}


def _stop(held: HeldCall) -> None:
    if held.timer is not None:
        held.timer.cancel()
