"""The smallest honest webhook: aiohttp and confluent-kafka; 200 once the broker has
acknowledged.
"""

import asyncio
import hmac
import json
import os
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import web
from confluent_kafka import Producer

SECRET = os.environ["METRONOME_WEBHOOK_SECRET"].encode()
TOPIC = os.environ["RAW_INVOICES_TOPIC"]
TOLERANCE_SECONDS = 300
PRODUCER = Producer(
    {
        "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        "acks": "all",
        "enable.idempotence": True,
        "message.timeout.ms": 9000,
    }
)


async def take(request: web.Request) -> web.Response:
    body = await request.read()
    if not is_signed(request, body):
        return web.Response(status=401)
    event = json.loads(body)
    if event.get("type") == "invoice.finalized":
        try:
            await published(record_of(event))
        except RuntimeError:
            return web.Response(status=503, headers={"Retry-After": "30"})
    return web.Response()


def is_signed(request: web.Request, body: bytes) -> bool:
    date = request.headers.get("X-Metronome-Date", "")
    expected = hmac.digest(SECRET, date.encode() + b"\n" + body, "sha256").hex()
    if not hmac.compare_digest(expected, request.headers.get("Metronome-Webhook-Signature", "")):
        return False
    age = datetime.now(UTC) - parsedate_to_datetime(date)
    return abs(age.total_seconds()) <= TOLERANCE_SECONDS


def record_of(event: dict[str, Any]) -> dict[str, Any]:
    properties = event["properties"]
    return {
        "schema_version": 1,
        "event_id": event["id"],
        "invoice_id": properties["invoice_id"],
        "customer_id": properties["customer_id"],
        "finalized_at": properties["invoice_finalized_date"],
        "received_at": datetime.now(UTC).isoformat(),
        "source": "webhook",
        "payload": event,
    }


async def published(record: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    acknowledged = loop.create_future()

    def report(error: Any, _message: Any) -> None:
        loop.call_soon_threadsafe(end, error)

    def end(error: Any) -> None:
        if error is None:
            acknowledged.set_result(None)
        else:
            acknowledged.set_exception(RuntimeError(str(error)))

    value = json.dumps(record).encode()
    PRODUCER.produce(TOPIC, key=record["invoice_id"], value=value, on_delivery=report)
    await acknowledged


def serve_reports() -> None:
    while True:
        PRODUCER.poll(1.0)


def main() -> None:
    threading.Thread(target=serve_reports, daemon=True).start()
    app = web.Application()
    app.add_routes([web.post("/webhooks/metronome", take)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)


if __name__ == "__main__":
    main()
