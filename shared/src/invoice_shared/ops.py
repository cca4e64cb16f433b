"""The ops port: ``/livez``, ``/readyz`` and ``/metrics``, in a separate thread."""

import asyncio
import threading

from aiohttp import web

from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.settings import BaseServiceSettings
from invoice_shared.startup import cannot_start

log = get_logger(__name__)


def create_ops_app(health: Health, metrics: Metrics) -> web.Application:
    """Return the app with the three routes over one process's health and metrics."""

    async def livez(_request: web.Request) -> web.Response:
        stuck = health.stuck()
        if stuck:
            log.error("not live", why=stuck)
        return web.json_response({"live": not stuck, "why": stuck}, status=503 if stuck else 200)

    async def readyz(_request: web.Request) -> web.Response:
        missing = health.missing_parts()
        return web.json_response(missing, status=503 if missing else 200)

    async def exposition(_request: web.Request) -> web.Response:
        metrics.not_ready(health.reasons())
        return web.Response(
            body=metrics.exposition(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    app = web.Application()
    app.add_routes(
        [web.get("/livez", livez), web.get("/readyz", readyz), web.get("/metrics", exposition)]
    )
    return app


class OpsServer:
    """Serves the ops app from ``start`` to ``stop``, even while the main thread is busy.

    ``start`` raises ``OSError`` if the port is taken.
    """

    def __init__(self, host: str, port: int, health: Health, metrics: Metrics) -> None:
        self._address = (host, port)
        self._runner = web.AppRunner(create_ops_app(health, metrics), access_log=None)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ops", daemon=True)

    def start(self) -> None:
        """Listen; return once the port is open."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, *self._address).start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def serve_ops(settings: BaseServiceSettings, health: Health, metrics: Metrics) -> OpsServer:
    """Open the ops port, or end the process with one line that says why not."""
    server = OpsServer(settings.bind_host, settings.ops_port, health, metrics)
    try:
        server.start()
    except OSError as error:
        server.stop()
        cannot_start(
            f"OPS_PORT {settings.ops_port} on {settings.bind_host} cannot be opened:"
            f" {error.strerror}."
        )
    return server
