"""The HTTP server: a port, its connections, and one handler for every request."""

import asyncio
from collections.abc import Callable
from typing import cast

from aiohttp import web

from invoice_webhook.answer_log import AnswerLog, quiet_logger
from invoice_webhook.answers import Answer
from invoice_webhook.connections import PORTION_BYTES, Connection, Connections
from invoice_webhook.handler import WebhookHandler
from invoice_webhook.listener import Listener

SWEEP_SECONDS = 1.0
LAST_REQUESTS_SECONDS = 0.5


class Ingress:
    """Serves from ``open`` to ``close``.

    A sweep per second ends overdue requests, so that no request needs a timer.
    """

    def __init__(
        self,
        handler: WebhookHandler,
        answers: AnswerLog,
        connection_limit: int,
        sweep: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._handler = handler
        self._sweep = sweep
        self._connections = Connections(connection_limit, self._loop.time)
        self._server = web.Server(
            self._answer,
            access_log=answers.logger,
            access_log_class=lambda *_: answers,
            logger=quiet_logger(),
            # The signature is of the bytes on the wire: the check needs a compressed body as it is.
            auto_decompress=False,
            # What it keeps of a connection that the handler does not read yet.
            read_bufsize=PORTION_BYTES,
        )
        self._listener = Listener(
            self._connections, lambda: Connection(self._server(), self._connections)
        )
        self._next_sweep: asyncio.TimerHandle | None = None
        self._is_draining = False

    @property
    def port(self) -> int:
        """The port in use."""
        return self._listener.port

    def open(self, host: str, port: int) -> None:
        """Listen. Raises ``OSError`` if the address cannot be opened."""
        self._listener.open(host, port)
        self._sweep_on()

    def drain(self) -> None:
        """Continue to serve, but close each connection after its response."""
        self._is_draining = True

    async def close(self, grace_seconds: float) -> None:
        """Accept no new request, and let those in progress finish within the grace."""
        self._is_draining = True
        self._listener.close()
        # The request of a new connection may not have arrived yet.
        await asyncio.sleep(LAST_REQUESTS_SECONDS)
        self._server.pre_shutdown()
        # For a request that does not end, aiohttp waits twice: for its end, and for its
        # cancellation.
        await self._server.shutdown(grace_seconds / 2)
        if self._next_sweep is not None:
            self._next_sweep.cancel()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.transport is None:
            return Answer("disconnected", "the sender hung up")
        connection = cast("Connection", request.transport.get_protocol())
        connection.begin(request.content)
        try:
            answer = await self._handler.handle(request, connection)
        finally:
            connection.end()
        if _leaves_http(request):
            answer.force_close()
        if answer.keep_alive is False:
            connection.end_soon()
        if self._is_draining:
            answer.force_close()
        return answer

    def _sweep_on(self) -> None:
        self._next_sweep = self._loop.call_later(SWEEP_SECONDS, self._sweep_on)
        self._connections.close_overdue()
        self._sweep()


def _leaves_http(request: web.BaseRequest) -> bool:
    """Whether aiohttp keeps, and never handles, what follows: it expects another protocol."""
    return "Upgrade" in request.headers or request.method == "CONNECT"
