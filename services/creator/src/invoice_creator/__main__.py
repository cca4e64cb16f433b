"""Composition root of ``invoice-creator``: settings → clients → engine → run until SIGTERM."""

import random
import threading
from collections.abc import Callable, Mapping

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.admission import Admission
from invoice_creator.kafka.beginning import begin
from invoice_creator.kafka.consumer import Bounds, InvoiceConsumer
from invoice_creator.kafka.decision_follower import DecisionFollower
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES, WITHOUT_WRITEBACK, Scope
from invoice_creator.login_watch import LoginWatch
from invoice_creator.scheduling.dispatch import Dispatcher, Tell
from invoice_creator.scheduling.engine import Engine
from invoice_creator.scheduling.task import KAFKA
from invoice_creator.settings import SERVICE, CreatorSettings, read_creator
from invoice_creator.writeback import MetronomeWriteback
from invoice_providers.connection import Connection
from invoice_providers.http import Bearer, Http
from invoice_providers.names import destinations
from invoice_providers.registry import Accounts, connect
from invoice_shared import logs, trace_export
from invoice_shared.circuit_watch import CircuitWatch
from invoice_shared.clock import Clock, SystemClock
from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import common_config, consumer_config, producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.metrics import Metrics
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.ops import serve_ops
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import RetryPolicy
from invoice_shared.settings import or_exit
from invoice_shared.shutdown import Shutdown
from invoice_shared.startup import cannot_start, wait_for, watch

# Records in work per call in flight, so that slow or waiting invoices do not idle the workers.
HELD_PER_CALL = 16
# While one worker creates, a second can report to Metronome and a third can publish: the provider
# never waits for either. The circuits bound the calls to each of the three.
WORKERS_PER_CALL = 3
# Records from the first unfinished one on, in work or done. After a crash each of them is a repeat,
# which is looked up before it is sent.
WINDOW = 10_000
# The window if a provider's reads are metered. A smaller one would fill up behind a doubt of two
# minutes.
METERED_WINDOW = 1_500
# A pause drops the records that were fetched of a partition, so few are fetched ahead. A larger
# record is fetched whole.
READ_AHEAD = {"queued.min.messages": 100, "fetch.message.max.bytes": 1_048_576}
# The broker's time to acknowledge. After it the record is published again: readers ignore the
# repeat. A worker waits for each record, so nothing comes by waiting for more.
PUBLISHING = {"message.timeout.ms": 30_000, "linger.ms": 0}


def main() -> None:
    """Run the service until SIGTERM."""
    settings, accounts = or_exit(read_creator)
    logs.configure(settings)
    shutdown = Shutdown(settings.shutdown_grace_seconds)
    trace_export.configure(settings, SERVICE)
    effective = {
        name: value
        for each in (settings, *accounts.values())
        for name, value in each.effective().items()
    }
    logs.get_logger(SERVICE).info("starting", group=settings.consumer_group(), **effective)
    stop = shutdown.requested
    health = Health(SystemClock(), settings.liveness_stall_seconds)
    metrics = Metrics()
    health.missing("partitions", "none assigned yet")
    ops = serve_ops(settings, health, metrics)
    connections = _connections(settings, accounts)
    for each in (settings, *(accounts[name] for name in connections)):
        health.ask(each.problems_of_files)
    topics = (
        settings.formatted_invoices_topic,
        settings.invoice_decisions_topic,
        settings.invoice_errors_topic,
        settings.invoice_outcomes_topic,
    )

    def check() -> None:
        check_topics(settings, topics)

    if wait_for("kafka", check, health, stop):
        threading.Thread(
            target=watch, args=("kafka", check, health, stop), name="watch-broker", daemon=True
        ).start()
        admin = AdminClient(common_config(settings))
        if wait_for("other creators", lambda: begin(admin, settings), health, stop):
            _create(settings, connections, health, metrics, stop)
    ops.stop()
    trace_export.close(settings.shutdown_grace_seconds)
    shutdown.complete()


def _connections(settings: CreatorSettings, accounts: Accounts) -> Mapping[str, Connection]:
    try:
        return connect(accounts, settings.creator_destinations, SystemClock())
    except StartupError as error:
        cannot_start(str(error))


def _create(
    settings: CreatorSettings,
    connections: Mapping[str, Connection],
    health: Health,
    metrics: Metrics,
    stop: threading.Event,
) -> None:
    clock, book = SystemClock(), DecisionBook(settings.hold_above)
    publisher = ConfluentPublisher(lambda: Producer(producer_config(settings) | PUBLISHING))
    accounts = {name: connection.account for name, connection in connections.items()}
    settlement = Settlement(publisher, settings, accounts, metrics, clock)
    writeback = MetronomeWriteback(_metronome(settings, clock))
    handler = InvoiceHandler(connections, book, writeback, settlement, metrics, clock)
    dispatcher = _dispatcher(
        settings,
        CircuitWatch(metrics, health),
        clock=clock,
        window=_window(connections),
        is_paused=lambda destination: book.pause(destination) is not None,
    )

    def ended(system: str) -> None:
        if system != KAFKA:  # a restart repairs a producer that accepts no records
            health.progress()

    workers = WORKERS_PER_CALL * settings.creator_concurrency
    engine = Engine(dispatcher, handler.attempt, workers, ended, clock=clock)
    decisions = _decisions(settings, book, engine, clock, health)
    decisions.start()
    watches = [
        LoginWatch(each, health, metrics, clock)
        for each in connections.values()
        if each.login is not None
    ]
    for watch_login in watches:
        watch_login.start(stop)
    InvoiceConsumer(
        Consumer(consumer_config(settings, settings.consumer_group()) | READ_AHEAD),
        engine,
        Admission(decisions),
        _bounds(settings, book),
        clock=clock,
        health=health,
        metrics=metrics,
    ).run(settings.formatted_invoices_topic, stop)
    decisions.stop()
    for watch_login in watches:
        watch_login.close()
    publisher.close(settings.shutdown_grace_seconds / 10)


def _window(connections: Mapping[str, Connection]) -> int:
    has_metered_reads = any(
        connection.provider.has_metered_reads for connection in connections.values()
    )
    return METERED_WINDOW if has_metered_reads else WINDOW


def _decisions(
    settings: CreatorSettings, book: DecisionBook, engine: Engine, clock: Clock, health: Health
) -> DecisionFollower:
    # It reads by assignment: the client needs a group's name, but nothing is committed.
    config = consumer_config(settings, settings.consumer_group()) | {"enable.partition.eof": True}
    topic = settings.invoice_decisions_topic
    return DecisionFollower(
        Consumer(config), topic, book, clock=clock, health=health, changed=engine.wake
    )


def _dispatcher(
    settings: CreatorSettings,
    tell: Tell,
    *,
    clock: Clock,
    window: int,
    is_paused: Callable[[str], bool],
) -> Dispatcher:
    policy = RetryPolicy(
        retries=settings.billing_provider_retries,
        settle_seconds=settings.uncertain_settle_seconds,
        backoff_max_seconds=settings.retry_backoff_max_seconds,
        patience_seconds=settings.retry_patience_seconds,
        jitter=random.SystemRandom().uniform,
    )
    return Dispatcher(
        clock,
        policy,
        lambda: Circuit(
            clock,
            settings.circuit_failures,
            settings.circuit_probe_seconds,
            ConcurrencyLimit(settings.creator_concurrency),
        ),
        tell,
        capacity=HELD_PER_CALL * settings.creator_concurrency,
        window=window,
        is_paused=is_paused,
    )


def _metronome(settings: CreatorSettings, clock: SystemClock) -> MetronomeClient:
    http = Http(
        "Metronome", lambda: Bearer(settings.credential("metronome_api_key")), settings.reach
    )
    status_path = settings.metronome_status_writeback_path
    return MetronomeClient(http, settings.metronome_base_url, clock, status_path=status_path)


def _bounds(settings: CreatorSettings, book: DecisionBook) -> Bounds:
    return Bounds(
        scope=Scope(settings.creator_destinations, destinations()),
        pauses=book.pause,
        phases=ALL_PHASES if settings.metronome_status_writeback else WITHOUT_WRITEBACK,
        revoke_seconds=settings.http_timeout_seconds,
        grace_seconds=settings.shutdown_grace_seconds,
    )


if __name__ == "__main__":
    main()
