"""Composition root of ``invoice-webhook``: settings → clients → app → run until SIGTERM."""

import asyncio
import signal
import threading
from math import ceil
from typing import Any

from confluent_kafka import KafkaException, Producer

from invoice_shared import logs, trace_export
from invoice_shared.clock import SystemClock
from invoice_shared.garbage import collect_now, collect_rarely
from invoice_shared.health import Health
from invoice_shared.heartbeat import beat
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import producer_config
from invoice_shared.kafka.loop_publisher import LoopPublisher
from invoice_shared.metrics import Metrics
from invoice_shared.ops import serve_ops
from invoice_shared.publishing import AsyncPublisher
from invoice_shared.settings import load
from invoice_shared.startup import cannot_start, watch
from invoice_webhook.answer_log import AnswerLog
from invoice_webhook.app import Ingress
from invoice_webhook.body_reader import BodyReader
from invoice_webhook.handler import WebhookHandler
from invoice_webhook.listener import connection_limit
from invoice_webhook.settings import MAX_HELD_BYTES, WebhookSettings
from invoice_webhook.webhook_secrets import WebhookSecrets

SERVICE = "invoice-webhook"
# The producer gives up shortly before the request does, so that a record rarely arrives after a
# 503.
ACKNOWLEDGE_SHARE = 0.9


def main() -> None:
    """Run the service until SIGTERM."""
    settings = load(WebhookSettings)
    logs.configure(settings)
    trace_export.configure(settings, SERVICE)
    logs.get_logger(SERVICE).info("starting", **settings.effective())
    # Not uvloop: it continues to read while bodies wait, and 700 stalled bodies took 515 MiB
    # instead of 150 (measured).
    asyncio.run(_run(settings))


async def _run(settings: WebhookSettings) -> None:
    clock = SystemClock()
    health, metrics = Health(clock, settings.liveness_stall_seconds), Metrics()
    health.missing("ingress", "starting")
    health.missing("kafka", "not checked yet")
    publisher = _publisher(settings)
    ingress = _ingress(settings, publisher, health, metrics)
    ops = serve_ops(settings, health, metrics)
    beating = asyncio.create_task(beat(health))
    stop = _stop_on_signals()
    _watch_broker(settings, publisher, health)
    await _serve(ingress, settings, health, stop)
    publisher.close(settings.shutdown_grace_seconds / 4)
    beating.cancel()
    ops.stop()
    trace_export.close(settings.shutdown_grace_seconds)


def _ingress(
    settings: WebhookSettings, publisher: AsyncPublisher, health: Health, metrics: Metrics
) -> Ingress:
    clock, secrets = SystemClock(), WebhookSecrets(settings)
    body_reader = BodyReader(
        settings.webhook_max_body_bytes,
        MAX_HELD_BYTES,
        settings.webhook_read_timeout_seconds,
        clock.monotonic,
    )

    def sweep() -> None:
        body_reader.end_overdue()
        secrets.watch(health)
        collect_now()

    handler = WebhookHandler(settings, secrets, body_reader, publisher, clock, health, metrics)
    answers = AnswerLog(metrics, clock, settings.webhook_trusted_proxies)
    return Ingress(handler, answers, connection_limit(), sweep)


async def _serve(
    ingress: Ingress, settings: WebhookSettings, health: Health, stop: asyncio.Event
) -> None:
    """Serve until ``stop``, then not ready for the delay, so that proxies use another process."""
    asyncio.get_running_loop().set_exception_handler(_log_fault)
    try:
        ingress.open(settings.bind_host, settings.webhook_port)
    except OSError as error:
        port = f'WEBHOOK_PORT "{settings.webhook_port}"'
        cannot_start(f"{port} cannot be opened on {settings.bind_host}: {error.strerror}.")
    health.present("ingress")
    collect_rarely()
    await stop.wait()
    health.missing("ingress", "shutting down")
    ingress.drain()
    await asyncio.sleep(settings.shutdown_delay_seconds)
    await ingress.close(settings.shutdown_grace_seconds / 2)


def _log_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of a callback in our format: asyncio's texts contain object addresses."""
    logs.get_logger(SERVICE).error(
        "event loop", why=context["message"], exc_info=context.get("exception")
    )


def _watch_broker(settings: WebhookSettings, publisher: LoopPublisher, health: Health) -> None:
    topics = (
        settings.raw_invoices_topic,
        settings.invoice_errors_topic,
        settings.invoice_outcomes_topic,
    )

    def check() -> None:
        # With the publisher's client: a new client could log in with a password that this one does
        # not have.
        check_topics(settings, topics, publisher)

    # A daemon: the process can end while the broker does not answer.
    threading.Thread(
        target=watch,
        args=("kafka", check, health, threading.Event()),
        name="watch-broker",
        daemon=True,
    ).start()


def _publisher(settings: WebhookSettings) -> LoopPublisher:
    seconds = settings.webhook_ack_timeout_seconds
    timeout = {"message.timeout.ms": ceil(seconds * 1000 * ACKNOWLEDGE_SHARE)}
    try:
        return LoopPublisher(lambda: Producer(producer_config(settings) | timeout), seconds)
    except KafkaException as error:
        cannot_start(f"The KAFKA_* settings are invalid: {error.args[0].str()}.")


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    main()
