"""Metronome's API over aiohttp: one GET an invoice."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from invoice_formatter.answers import limits_one_customer, read_answer
from invoice_formatter.pacing import Pacing
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, Unavailable
from invoice_shared.metrics import Metrics

UNTOLD_HOLD_SECONDS = 1.0
"""How long a 429 without a usable Retry-After holds calls back."""


class MetronomeClient:
    """Calls as far as ``slots`` and ``pacing`` let it; tries nothing twice."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        api_key: Callable[[], str | None],
        *,
        slots: asyncio.Semaphore,
        pacing: Pacing,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._slots = slots
        self._pacing = pacing
        self._metrics = metrics
        self._clock = clock

    async def get_invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Fetch an invoice: the API's whole answer as a JSON tree, fractions as ``Decimal``.

        A slot is held for the call alone. Raises ``Rejected``, ``Unavailable`` or ``CredentialsRefused``.
        """
        while True:
            await self._pacing.wait(customer_id)
            async with self._slots:
                if not self._pacing.delay(customer_id):  # a hold may have begun while we waited for the slot
                    return await self._timed_get(customer_id, invoice_id)

    async def _timed_get(self, customer_id: str, invoice_id: str) -> Any:
        began = self._clock.monotonic()
        failed: CallFailed | None = None
        try:
            answer = await self._get(f"/v1/customers/{_segment(customer_id)}/invoices/{_segment(invoice_id)}")
            self._hold_back(answer, customer_id)
            return read_answer(answer, self._clock.now())
        except CallFailed as error:
            failed = error
            raise
        finally:
            self._metrics.called("metronome", failed, self._clock.monotonic() - began)

    async def _get(self, path: str) -> Answer:
        headers = {"Authorization": f"Bearer {self._api_key()}", "Accept": "application/json"}
        try:
            url = URL(self._base_url + path, encoded=True)
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                return Answer(response.status, response.headers, await response.read())
        except TimeoutError as error:
            raise Unavailable("Metronome did not answer in time.") from error
        except aiohttp.ClientError as error:
            raise Unavailable(f"Metronome cannot be reached ({type(error).__name__}).") from error

    def _hold_back(self, answer: Answer, customer_id: str) -> None:
        if answer.status != 429:
            return
        seconds = answer.retry_after(self._clock.now()) or UNTOLD_HOLD_SECONDS
        if limits_one_customer(answer):
            self._pacing.hold_customer(customer_id, seconds)
        else:
            self._pacing.hold_all(seconds)


def _segment(text: str) -> str:
    return quote(text, safe="")
