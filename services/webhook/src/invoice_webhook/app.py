"""The ingress: one route, a body limit, raw bytes."""

import asyncio

from aiohttp import web

from invoice_shared.health import Health
from invoice_shared.startup import cannot_start
from invoice_webhook.handler import WebhookHandler

PATH = "/webhooks/metronome"


def create_app(handler: WebhookHandler, max_body_bytes: int) -> web.Application:
    """Build the application. aiohttp itself answers 404, 405 and 413."""
    app = web.Application(client_max_size=max_body_bytes)
    app.router.add_post(PATH, handler.handle)
    return app


async def serve(
    app: web.Application, host: str, port: int, health: Health, stop: asyncio.Event, grace_seconds: float
) -> None:
    """Listen until ``stop``; then take no new request and let those under way finish within the grace."""
    # What is signed is what arrived: a compressed body must reach the signature check as it is.
    # Of a request that does not end aiohttp waits twice for its timeout: to see it end, and to see it cancelled.
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=grace_seconds / 2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        cannot_start(f"WEBHOOK_PORT {port} on {host} cannot be opened: {error.strerror}.")
    health.present("ingress")
    await stop.wait()
    health.missing("ingress", "shutting down")
    await runner.cleanup()
