"""The limit: an aiohttp server that checks the signature and answers 200, without any Kafka."""

import hmac
import os

from aiohttp import web

SECRET = os.environ["METRONOME_WEBHOOK_SECRET"].encode()


async def take(request: web.Request) -> web.Response:
    body = await request.read()
    signed = request.headers["X-Metronome-Date"].encode() + b"\n" + body
    expected = hmac.digest(SECRET, signed, "sha256").hex()
    is_signed = hmac.compare_digest(expected, request.headers["Metronome-Webhook-Signature"])
    return web.Response(status=200 if is_signed else 401)


def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/webhooks/metronome", take)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)


if __name__ == "__main__":
    main()
