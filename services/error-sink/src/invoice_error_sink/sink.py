"""The error-sink's loop: poll, batch, put, commit.

While S3 is unreachable, the partitions are paused, and the process stays in its group.
"""

import threading

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_error_sink.batches import Batches
from invoice_error_sink.handler import ArchiveHandler
from invoice_shared.archive.archive import ArchiveUnavailable
from invoice_shared.assignment import Assignment
from invoice_shared.clock import Clock
from invoice_shared.health import Health
from invoice_shared.kafka.client_config import MAX_POLL_SECONDS
from invoice_shared.kafka.lag import lag, note_read, starts
from invoice_shared.kafka.records import records_of
from invoice_shared.logs import get_logger
from invoice_shared.losses import Losses
from invoice_shared.metrics import Metrics
from invoice_shared.record import TopicPartition

log = get_logger(__name__)

POLL_SECONDS = 0.5
RETRY_SECONDS = 5.0


class ErrorSink:
    """Commits an offset only after the object with its record was put. Single-threaded."""

    def __init__(
        self,
        consumer: Consumer,
        handler: ArchiveHandler,
        batches: Batches,
        clock: Clock,
        health: Health,
        metrics: Metrics,
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._batches = batches
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._losses = Losses(metrics)
        self._assignment = Assignment(health, metrics)
        self._next: dict[TopicPartition, int] = {}
        self._archive_down_until: float | None = None
        self._maybe_paused = False

    def run(self, topic: str, stop: threading.Event) -> None:
        """Archive until ``stop``; then put and commit the waiting records, and leave the group."""
        self._assignment.untold()
        self._consumer.subscribe(
            [topic], on_assign=self._on_assign, on_revoke=self._on_gone, on_lost=self._on_gone
        )
        try:
            while not stop.is_set():
                self._step()
            self._archive(self._batches.partitions())
        finally:
            self._consumer.close()

    def _step(self) -> None:
        self._health.polled("polling loop", MAX_POLL_SECONDS)
        down = self._archive_down_until is not None
        self._regulate(down=down)
        for record in records_of(self._consumer.consume(500, POLL_SECONDS)):
            note_read(self._losses, self._consumer, record)
            self._batches.add(record)
        if not down or self._clock.monotonic() >= (self._archive_down_until or 0):
            self._archive(self._batches.due())
        self._assignment.lag(lag(self._consumer, self._next))

    def _regulate(self, *, down: bool) -> None:
        if down:
            self._consumer.pause(self._consumer.assignment())
            self._maybe_paused = True
        elif self._maybe_paused:
            self._consumer.resume(self._consumer.assignment())
            self._maybe_paused = False

    def _archive(self, partitions: list[TopicPartition]) -> None:
        try:
            for partition in partitions:
                self._archive_one(partition)
        except ArchiveUnavailable as error:
            self._pause(error)
        else:
            self._resume()

    def _archive_one(self, partition: TopicPartition) -> None:
        self._health.polled("polling loop", MAX_POLL_SECONDS)
        records = self._batches.head(partition)
        end = self._handler.archive(records)
        if end > records[-1].offset:  # an adopted object contains records that were not read yet
            self._batches.drop(partition)
            self._consumer.seek(ConfluentPartition(partition.topic, partition.partition, end + 1))
        else:
            self._batches.remove(partition, end)
        self._commit(partition, end + 1)

    def _commit(self, partition: TopicPartition, next_offset: int) -> None:
        try:
            offsets = [ConfluentPartition(partition.topic, partition.partition, next_offset)]
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # The object is stored: the next commit includes it, or the next owner adopts it.
            log.warning(
                "offset not committed", partition=partition.partition, why=error.args[0].str()
            )
            return
        self._next[partition] = next_offset
        self._health.progress()

    def _pause(self, error: ArchiveUnavailable) -> None:
        if self._archive_down_until is None:
            log.error("archive unavailable", why=str(error))
        self._health.missing("bucket", str(error))
        self._health.progress()  # an attempt ended: a restart would not help
        self._archive_down_until = self._clock.monotonic() + RETRY_SECONDS

    def _resume(self) -> None:
        if self._archive_down_until is None:
            return
        log.info("archive available again")
        self._archive_down_until = None
        self._health.present("bucket")

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        for partition, start in starts(consumer, partitions).items():
            self._losses.begin(partition, start)
            self._next[partition] = start.next if start else 0
        # librdkafka remembers a pause from the partition's last assignment.
        self._maybe_paused = True
        self._assignment.told(len(self._next))

    def _on_gone(self, _consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Drop revoked partitions: the next owner archives their waiting records."""
        for gone in partitions:
            partition = TopicPartition(gone.topic, gone.partition)
            self._losses.forget([partition])
            self._batches.drop(partition)
            self._handler.forget(partition)
            self._next.pop(partition, None)
        self._assignment.left(len(self._next))
