"""Fetch an invoice patiently: an outage of Metronome is not a failure of the invoices."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from invoice_formatter.judgement import unavailable
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared.errors import CallFailed, ConnectorError, CredentialsRefused, Rejected
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.resilience.retry import PhaseAttempts, RetryPolicy

log = get_logger(__name__)

# ``AsyncMetronomeClient.invoice``: customer id, invoice id → the API's response; tries once.
GetInvoice = Callable[[str, str], Awaitable[Any]]
# One call to Metronome for an invoice; tries once.
Call = Callable[[], Awaitable[Any]]

# The event can be ahead of the API: an invoice counts as not found after about 15 s.
NOT_FOUND_TRIES = 5


class NotFetched(ConnectorError):
    """The final reason why an invoice was not fetched, and the number of attempts."""

    def __init__(self, why: Rejected, attempts: int) -> None:
        super().__init__(why.reason)
        self.why = why
        self.attempts = attempts


@dataclass(slots=True)
class _Errand:
    """The state of one call for an invoice."""

    customer_id: str
    invoice_id: str
    call: Call
    attempts: PhaseAttempts = field(default_factory=PhaseAttempts)
    not_found: int = 0

    @property
    def tries(self) -> int:
        return self.attempts.tries + self.not_found


class PatientFetch:
    """Abandons an invoice only if Metronome refuses it, or if it alone fails (``judgement``)."""

    def __init__(
        self,
        get_invoice: GetInvoice,
        turns: Turns,
        underway: Underway,
        policy: RetryPolicy,
        health: Health,
    ) -> None:
        self._get_invoice = get_invoice
        self._turns = turns
        self._underway = underway
        self._policy = policy
        self._health = health
        self._failing: set[str] = set()

    async def fetch(self, customer_id: str, invoice_id: str) -> Any:
        """Return the API's response as a JSON tree; an outage is waited for.

        Raises only ``NotFetched``.
        """
        return await self.call(
            customer_id, invoice_id, lambda: self._get_invoice(customer_id, invoice_id)
        )

    async def call(self, customer_id: str, invoice_id: str, call: Call) -> Any:
        """Return the result of another call about this customer, for an invoice.

        Raises as ``fetch`` does.
        """
        errand, delay = _Errand(customer_id, invoice_id, call), 0.0
        try:
            while True:
                slot = await self._turns.take(customer_id, invoice_id, delay)
                try:
                    return await self._attempt(errand, slot)
                except Rejected as error:
                    delay = self._wait_if_not_found(errand, error)
                except CallFailed as error:
                    delay = self._wait_or_give_up(errand, slot, error)
        finally:
            self._failing.discard(invoice_id)

    async def _attempt(self, errand: _Errand, slot: CallSlot) -> Any:
        with self._underway.step():
            answer = await self._answer(errand, slot)
            # The next call goes out before this answer is processed.
            await asyncio.sleep(0)
            return answer

    async def _answer(self, errand: _Errand, slot: CallSlot) -> Any:
        try:
            answer = await errand.call()
        except CallFailed as error:
            self._turns.failed(slot, error)
            raise
        except asyncio.CancelledError:  # the partition was revoked
            self._turns.abandoned(slot)
            raise
        else:
            self._turns.succeeded(slot)
            return answer
        finally:
            self._health.progress()

    def _wait_if_not_found(self, errand: _Errand, error: Rejected) -> float:
        errand.not_found += 1
        if error.code != "invoice-not-found" or errand.not_found >= NOT_FOUND_TRIES:
            raise NotFetched(error, errand.tries) from error
        return self._policy.delay(errand.not_found, error)

    def _wait_or_give_up(self, errand: _Errand, slot: CallSlot, error: CallFailed) -> float:
        self._failing.add(errand.invoice_id)
        attempts, circuit = errand.attempts, self._turns.circuit
        self._policy.note(attempts, slot, error, circuit)
        if self._policy.gives_up(attempts, slot, circuit, failing=len(self._failing)):
            raise NotFetched(unavailable(attempts), errand.tries) from error
        _log_now_and_then(errand, error)
        return self._policy.delay(attempts.tries, error)


def _log_now_and_then(errand: _Errand, error: CallFailed) -> None:
    """Log the 1st, 2nd, 4th, 8th … try: an outage must not fill the logs with waiting invoices."""
    tries = errand.attempts.tries
    if tries & (tries - 1):
        return
    level = log.error if isinstance(error, CredentialsRefused) else log.warning
    level("invoice not fetched yet", invoice_id=errand.invoice_id, reason=error.reason, tries=tries)
