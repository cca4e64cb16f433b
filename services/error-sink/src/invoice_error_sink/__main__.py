"""Composition root of ``invoice-error-sink``: settings → clients → loop → run until SIGTERM."""

import threading

from confluent_kafka import Consumer

from invoice_error_sink.batches import Batches
from invoice_error_sink.handler import ArchiveHandler
from invoice_error_sink.measured_archive import MeasuredArchive
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_error_sink.sink import ErrorSink
from invoice_shared import logs, trace_export
from invoice_shared.archive.archive import Archive
from invoice_shared.archive.s3_archive import S3Archive, open_archive
from invoice_shared.clock import SystemClock
from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import consumer_config
from invoice_shared.metrics import Metrics
from invoice_shared.ops import serve_ops
from invoice_shared.settings import load
from invoice_shared.shutdown import Shutdown
from invoice_shared.startup import cannot_start, wait_for, watch

SERVICE = "invoice-error-sink"


def main() -> None:
    """Run the service until SIGTERM."""
    settings = load(ErrorSinkSettings)
    logs.configure(settings)
    shutdown = Shutdown(settings.shutdown_grace_seconds)
    trace_export.configure(settings, SERVICE)
    logs.get_logger(SERVICE).info("starting", **settings.effective())
    stop = shutdown.requested
    health = Health(SystemClock(), settings.liveness_stall_seconds)
    metrics = Metrics()
    health.missing("partitions", "none assigned yet")
    ops = serve_ops(settings, health, metrics)
    archive = MeasuredArchive(_archive(settings), metrics, SystemClock())

    def broker_check() -> None:
        check_topics(settings, [settings.invoice_errors_topic])

    if wait_for("kafka", broker_check, health, stop) and wait_for(
        "bucket", archive.check, health, stop
    ):
        threading.Thread(
            target=watch,
            args=("kafka", broker_check, health, stop),
            name="watch-broker",
            daemon=True,
        ).start()
        _sink(settings, archive, health, metrics).run(settings.invoice_errors_topic, stop)
    ops.stop()
    trace_export.close(settings.shutdown_grace_seconds)
    shutdown.complete()


def _archive(settings: ErrorSinkSettings) -> S3Archive:
    try:
        return open_archive(settings.log_errors_bucket_name_s3, settings.outgoing)
    except StartupError as error:
        cannot_start(str(error))


def _sink(
    settings: ErrorSinkSettings, archive: Archive, health: Health, metrics: Metrics
) -> ErrorSink:
    clock = SystemClock()
    consumer = Consumer(consumer_config(settings, settings.kafka_consumer_group or SERVICE))
    batches = Batches(clock, settings.error_sink_max_records, settings.error_sink_max_seconds)
    return ErrorSink(
        consumer,
        ArchiveHandler(archive, settings.s3_prefix, metrics),
        batches,
        clock,
        health,
        metrics,
    )


if __name__ == "__main__":
    main()
