"""Composition root: settings → clients → app → run. The only place where real clients are built."""

import asyncio
import logging
import os
import random
import signal
import sys
from functools import partial

import uvloop

from invoice_formatter.fetching import PatientFetch
from invoice_formatter.handler import InvoiceHandler
from invoice_formatter.judgement import build_circuit, build_policy
from invoice_formatter.kafka.app import FaustPublisher, attach_intake, create_app
from invoice_formatter.kafka.broker_watch import BrokerWatch
from invoice_formatter.kafka.credentials import aiokafka_arguments
from invoice_formatter.kafka.intake import Brakes, Intake
from invoice_formatter.kafka.service import Ending, Service
from invoice_formatter.kafka.settling import Settling
from invoice_formatter.settings import CONSUMER_GROUP, FormatterSettings
from invoice_formatter.step_runner import PatientAsking
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared import logs, trace_export
from invoice_shared.circuit_watch import CircuitWatch
from invoice_shared.clock import Clock, SystemClock
from invoice_shared.errors import StartupError
from invoice_shared.garbage import collect_rarely
from invoice_shared.health import Health
from invoice_shared.heartbeat import beat
from invoice_shared.metrics import Metrics
from invoice_shared.metronome import METRONOME
from invoice_shared.metronome.async_client import AsyncMetronomeClient, open_session
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.ops import serve_ops
from invoice_shared.settings import load
from invoice_shared.startup import cannot_start

# Records in work per request in flight: this many may wait for a hold or an outage before no more
# are taken.
IN_WORK_PER_SLOT = 32
# Unacknowledged records per request in flight. An invoice without an answer delays those behind it
# in its partition for some 90 s, until it is given up. After a crash in that time they are done
# again.
WINDOW_PER_SLOT = 256


def main() -> None:
    """Run until SIGTERM; exit with 0, with 1 after a crash, with 2 for invalid settings."""
    settings = load(FormatterSettings)
    logs.configure(settings)
    trace_export.configure(settings, CONSUMER_GROUP)
    logs.get_logger(CONSUMER_GROUP).info("starting", **settings.effective())
    try:
        sys.exit(uvloop.run(run(settings)))
    except StartupError as error:
        cannot_start(str(error))


async def run(settings: FormatterSettings) -> int:
    """Build the real clients, run the service, and return the exit code."""
    clock, metrics, ending = SystemClock(), Metrics(), Ending()
    health = Health(clock, settings.liveness_stall_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.ask)
    health.ask(settings.problems_of_files)
    health.missing("partitions", "none assigned yet")
    ops = serve_ops(settings, health, metrics)
    beating = asyncio.create_task(beat(health))
    limits = RateLimits(clock)
    brakes = Brakes(build_turns(settings, limits, health, metrics, clock), Underway())
    async with open_session(settings.metronome_base_url, settings.reach) as session:
        client = AsyncMetronomeClient(
            session,
            settings.metronome_base_url,
            lambda: settings.credential("metronome_api_key"),
            limits=limits,
            metrics=metrics,
            clock=clock,
        )
        handler = build_handler(settings, client, brakes, health, clock)
        service = build_service(
            settings, handler, brakes, health=health, metrics=metrics, ending=ending
        )
        collect_rarely()
        closed = await service.run(ending, settings.shutdown_grace_seconds)
    beating.cancel()
    ops.stop()
    trace_export.close(settings.shutdown_grace_seconds)
    if not closed:
        # The interpreter would join faust's threads, for minutes if the broker hangs.
        logging.shutdown()
        os._exit(ending.exit_code)
    return ending.exit_code


def build_turns(
    settings: FormatterSettings, limits: RateLimits, health: Health, metrics: Metrics, clock: Clock
) -> Turns:
    """Return the queue of the calls to Metronome."""
    circuit = build_circuit(
        clock, settings.formatter_concurrency, settings.retry_backoff_max_seconds
    )
    watch = CircuitWatch(metrics, health, vital={METRONOME})
    return Turns(circuit, limits, partial(watch, METRONOME))


def build_handler(
    settings: FormatterSettings,
    client: AsyncMetronomeClient,
    brakes: Brakes,
    health: Health,
    clock: Clock,
) -> InvoiceHandler:
    """Return the handler, with its calls to Metronome."""
    policy = build_policy(
        backoff_max_seconds=settings.retry_backoff_max_seconds,
        patience_seconds=settings.retry_patience_seconds,
        jitter=random.SystemRandom().uniform,
    )
    patient = PatientFetch(client.invoice, brakes.turns, brakes.underway, policy, health)
    asking = PatientAsking(client.ask, patient, clock)
    return InvoiceHandler(patient.fetch, asking.run, settings, clock)


def build_service(
    settings: FormatterSettings,
    handler: InvoiceHandler,
    brakes: Brakes,
    *,
    health: Health,
    metrics: Metrics,
    ending: Ending,
) -> Service:
    """Return the service, with its Kafka clients."""
    slots = settings.formatter_concurrency
    capacity, window = slots * IN_WORK_PER_SLOT, slots * WINDOW_PER_SLOT
    app = create_app(settings, buffered=capacity)
    publisher = FaustPublisher(app, settings.retry_backoff_max_seconds)
    settling = Settling(handler, publisher, brakes.underway, topics=settings, metrics=metrics)
    intake = Intake(
        settling.settle,
        brakes,
        capacity=capacity,
        window=window,
        metrics=metrics,
        crashed=ending.crash,
    )
    topics = [
        settings.raw_invoices_topic,
        settings.formatted_invoices_topic,
        settings.invoice_errors_topic,
        settings.invoice_outcomes_topic,
    ]
    watch = BrokerWatch(
        aiokafka_arguments(settings), settings.group, topics, health=health, metrics=metrics
    )
    attach_intake(app, settings.raw_invoices_topic, intake, watch)
    return Service(app, intake, watch)


if __name__ == "__main__":
    main()
