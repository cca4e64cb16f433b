"""Metronome's API for an event loop, over aiohttp."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable, Unreachable
from invoice_shared.metrics import Metrics
from invoice_shared.metronome import METRONOME, paths
from invoice_shared.metronome.answers import read_answer, read_reply
from invoice_shared.metronome.questions import Question
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.outgoing.outgoing import Reach
from invoice_shared.text import fits_a_header, origin

# Of a call's timeout. A timeout before connecting is an outage; one after it may be caused by the
# invoice.
CONNECTING_SHARE = 0.5
# How a call ends on a connection that a gateway has forgotten.
FORGOTTEN = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def open_session(base_url: str, reach: Reach) -> aiohttp.ClientSession:
    """Open a session for calls to Metronome. Needs a running event loop."""
    seconds = reach.timeout_seconds
    timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=seconds * CONNECTING_SHARE)
    # The caller limits concurrency. Waiting for a pooled connection would look like a timeout of
    # Metronome.
    connector = aiohttp.TCPConnector(limit=0, ssl=reach.outgoing.ssl_context)
    return aiohttp.ClientSession(
        timeout=timeout, connector=connector, proxy=reach.outgoing.proxy(base_url)
    )


class AsyncMetronomeClient:
    """Tries each call once, immediately. Notes rate limits in ``limits``; the caller obeys them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        api_key: Callable[[], str | None],
        *,
        limits: RateLimits,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._limits = limits
        self._metrics = metrics
        self._clock = clock

    async def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer for one invoice, ``{"data": {…}}``, fractions as ``Decimal``.

        Raises ``Rejected``, ``Unavailable`` or ``CredentialsRefused``.
        """
        return await self._call(
            Question(customer_id, paths.invoice(customer_id, invoice_id)), read_answer
        )

    async def ask(self, question: Question) -> Any:
        """Return the answer to a question, fractions as ``Decimal``. Raises as ``invoice`` does."""
        return await self._call(question, read_reply)

    async def _call(self, question: Question, read: Callable[[Answer, datetime], Any]) -> Any:
        began = self._clock.monotonic()
        failed: CallFailed | None = None
        try:
            answer = await self._send(question)
            self._limits.note(answer, question.customer_id)
            return read(answer, self._clock.now())
        except CallFailed as error:
            failed = error
            raise
        finally:
            self._metrics.called(METRONOME, failed, self._clock.monotonic() - began)

    async def _send(self, question: Question) -> Answer:
        method, body = ("GET", None) if question.body is None else ("POST", question.body)
        headers = {"Authorization": _bearer(self._api_key()), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = URL(self._base_url + question.path, encoded=True)
        try:
            return await self._exchange(method, url, headers, body)
        except aiohttp.ClientHttpProxyError as error:
            raise Unreachable(
                f"Metronome cannot be reached: HTTPS_PROXY answers {error.status}."
            ) from error
        except UNREACHED as error:
            where = origin(self._base_url)
            raise Unreachable(
                f"Metronome cannot be reached at {where} ({type(error).__name__})."
            ) from error
        except TimeoutError as error:
            raise Unavailable("Metronome did not answer in time.", about="invoice") from error
        except aiohttp.ClientError as error:
            raise Unavailable(
                f"Metronome broke the connection off ({type(error).__name__})."
            ) from error

    async def _exchange(
        self, method: str, url: URL, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        try:
            return await self._exchange_once(method, url, headers, body)
        except FORGOTTEN as error:
            # aiohttp has repeated a GET already. A question by POST changes nothing either.
            if body is None or isinstance(error, UNREACHED):
                raise
            return await self._exchange_once(method, url, headers, body)

    async def _exchange_once(
        self, method: str, url: URL, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        async with self._session.request(
            method, url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return Answer(response.status, response.headers, await response.read())


def _bearer(key: str | None) -> str:
    if key is None or not fits_a_header(key):
        raise CredentialsRefused(
            "METRONOME_API_KEY cannot be read, or contains a line break or another character that"
            " HTTP cannot send. Correct it, or the file that it is read from."
        )
    return f"Bearer {key}"
