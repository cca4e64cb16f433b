"""Count and log every response, also aiohttp's own to malformed requests."""

import logging
from collections.abc import Sequence

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http import HttpProcessingError

from invoice_shared.clock import Clock
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.repeats import Repeats
from invoice_shared.setting_types import Network
from invoice_webhook.answers import Answer, name_of
from invoice_webhook.client_address import client_address

log = get_logger(__name__)

# Errors of the sender, for which aiohttp would log a traceback.
SENDERS_DOING = (HttpProcessingError, web.RequestPayloadError, ConnectionError)


class AnswerLog(AbstractAccessLogger):
    """One per process. aiohttp calls it once per response, after it was written or could not be."""

    def __init__(self, metrics: Metrics, clock: Clock, trusted_proxies: Sequence[Network]) -> None:
        super().__init__(logging.getLogger(__name__), "")
        self._metrics = metrics
        self._trusted_proxies = trusted_proxies
        self._repeats = Repeats(clock.monotonic)

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Count the response; log a refusal once per minute and reason."""
        del time
        self._metrics.webhook(name_of(response))
        if response.status != 200:
            self._log_refusal(request, response)

    def _log_refusal(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        name, why, size = name_of(response), "", None
        if isinstance(response, Answer):
            why, size = response.why, response.size
        if (left_out := self._repeats.due(f"{name}: {why}")) is None:
            return
        facts = {
            "answer": name,
            "status": response.status,
            "why": why,
            "size": size,
            "repeats": left_out,
        }
        told = {fact: value for fact, value in facts.items() if value}
        level = logging.ERROR if response.status >= 500 else logging.WARNING
        log.log(level, "webhook refused", **told, remote=self._client(request))

    def _client(self, request: web.BaseRequest) -> str:
        headers = request.headers.items()
        forwarded = ",".join(value for name, value in headers if name.lower() == "x-forwarded-for")
        return client_address(request.remote or "", forwarded, self._trusted_proxies)


def quiet_logger() -> logging.Logger:
    """Return a logger for aiohttp without the senders' errors, which are counted as responses."""

    def is_told(record: logging.LogRecord) -> bool:
        return record.exc_info is None or not isinstance(record.exc_info[1], SENDERS_DOING)

    logger = logging.getLogger("aiohttp.server.ingress")
    logger.filters.clear()
    logger.addFilter(is_told)
    return logger
