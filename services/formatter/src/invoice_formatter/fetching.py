"""Fetching an invoice with patience: an outage of Metronome is no failure of the invoices."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from invoice_formatter.pacing import Sleep
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable
from invoice_shared.health import Health
from invoice_shared.logs import get_logger

log = get_logger(__name__)

GetInvoice = Callable[[str, str], Awaitable[Any]]

NOT_FOUND_TRIES = 5
"""The event may be ahead of the API: about 15 s in all before an invoice counts as not found."""

CREDENTIALS = "metronome credentials"


class PatientFetch:
    """Tries for ever while Metronome is down or refuses our key; gives up only on what it says of the invoice."""

    def __init__(
        self, get_invoice: GetInvoice, health: Health, *, backoff_max_seconds: float, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._get_invoice = get_invoice
        self._health = health
        self._backoff_max = backoff_max_seconds
        self._backoff = wait_random_exponential(max=backoff_max_seconds)
        self._sleep = sleep

    async def fetch(self, customer_id: str, invoice_id: str) -> Any:
        """Give the API's answer as a JSON tree. Raises ``Rejected`` alone."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_not_found),
            stop=stop_after_attempt(NOT_FOUND_TRIES),
            wait=wait_random_exponential(max=min(8.0, self._backoff_max)),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._fetch_when_available, customer_id, invoice_id)

    async def _fetch_when_available(self, customer_id: str, invoice_id: str) -> Any:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((Unavailable, CredentialsRefused)),
            wait=self._wait,
            sleep=self._sleep,
            before_sleep=_log_now_and_then(invoice_id),
            reraise=True,
        )
        return await retrying(self._watched_get, customer_id, invoice_id)

    async def _watched_get(self, customer_id: str, invoice_id: str) -> Any:
        try:
            answer = await self._get_invoice(customer_id, invoice_id)
        except CredentialsRefused as error:
            self._health.missing(CREDENTIALS, error.reason)
            raise
        except Rejected:
            self._health.present(CREDENTIALS)
            raise
        self._health.present(CREDENTIALS)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CredentialsRefused):
            return self._backoff_max
        wished = error.retry_after if isinstance(error, Unavailable) else None
        return max(wished or 0.0, self._backoff(state))


def _is_not_found(error: BaseException) -> bool:
    return isinstance(error, Rejected) and error.code == "invoice-not-found"


def _log_now_and_then(invoice_id: str) -> Callable[[RetryCallState], None]:
    """Log the 1st, 2nd, 4th, 8th … try: an outage of an hour must not fill the logs with every waiting invoice."""

    def say(state: RetryCallState) -> None:
        tries = state.attempt_number
        error = state.outcome.exception() if state.outcome else None
        if tries & (tries - 1) or not isinstance(error, CallFailed):
            return
        level = log.error if isinstance(error, CredentialsRefused) else log.warning
        level("invoice not fetched yet", invoice_id=invoice_id, reason=error.reason, tries=tries)

    return say
