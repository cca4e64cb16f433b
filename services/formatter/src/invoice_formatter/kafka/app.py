"""The faust application: one topic, one agent, and a publisher that waits for acknowledgements.

It avoids these problems of faust (reproduced on a real broker). An agent with ``concurrency`` above
1, or acks out of order, commits past records in work. An exception in an agent acks its event.
``send`` alone is not durable. The ``worker`` command opens a web server. So there is one agent that
never raises, acks are in offset order, both awaits of ``send`` are used, and the app is started
directly.
"""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any, cast

import faust
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
from faust.exceptions import ProducerSendError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential
from yarl import URL

from invoice_formatter.kafka.broker_watch import BrokerWatch
from invoice_formatter.kafka.credentials import broker_credentials
from invoice_formatter.kafka.handover import OrderlyTransport
from invoice_formatter.kafka.intake import Intake
from invoice_formatter.settings import FormatterSettings
from invoice_shared.kafka.client_config import MAX_RECORD_BYTES, METADATA_AGE_MS, SESSION_TIMEOUT_MS
from invoice_shared.publishing import RecordTooLarge
from invoice_shared.record import OutgoingRecord, Record, TopicPartition

SESSION_TIMEOUT_SECONDS = SESSION_TIMEOUT_MS / 1000
# While Metronome is down, nothing is polled. Heartbeats keep the group, and liveness checks the
# commits instead.
LONGEST_POLL_GAP_SECONDS = 86_400.0

# As librdkafka's default: a produce request per record costs more than the record.
LINGER_SECONDS = 0.005
# Before compression, some ten documents. At aiokafka's 16 KiB every third waits until its batch is
# sent. It is far below a topic's ``max.message.bytes``, because a larger batch is refused like a
# large record.
MAX_BATCH_BYTES = 65_536
# A poll's records are kept as objects, even if there is no room. By default a poll returns all that
# were fetched.
MAX_POLL_RECORDS = 100
# Per partition and fetch. A larger batch is fetched whole, but alone.
MAX_FETCH_BYTES = 65_536


class FormatterApp(faust.App):
    """Faust's application without tables, so that it needs no directory."""

    logger = logging.getLogger("faust.app")

    # Whether the group has assigned partitions, and has not revoked them.
    has_assignment = False

    def use_broker(self, address: str) -> None:
        """Begin with this address. Call it before the start."""
        self.transport.url = self.producer_transport.url = [URL(f"kafka://{address}")]

    async def on_first_start(self) -> None:
        """Create nothing; faust would create a data directory."""


def create_app(settings: FormatterSettings, *, buffered: int) -> FormatterApp:
    """Return the application; at most ``buffered`` records wait in memory."""
    return FormatterApp(
        settings.group,
        loop=asyncio.get_running_loop(),
        broker=[
            URL(f"kafka://{server.strip()}")
            for server in settings.kafka_bootstrap_servers.split(",")
        ],
        broker_credentials=broker_credentials(settings),
        broker_session_timeout=SESSION_TIMEOUT_SECONDS,
        broker_heartbeat_interval=SESSION_TIMEOUT_SECONDS / 4,
        broker_max_poll_interval=LONGEST_POLL_GAP_SECONDS,
        broker_commit_interval=1.0,
        broker_max_poll_records=MAX_POLL_RECORDS,
        consumer_max_fetch_size=MAX_FETCH_BYTES,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_AGE_MS,
        producer_acks=-1,
        producer_linger=LINGER_SECONDS,
        producer_max_batch_size=MAX_BATCH_BYTES,
        producer_metadata_max_age_ms=METADATA_AGE_MS,
        producer_compression_type="gzip",
        producer_max_request_size=MAX_RECORD_BYTES,
        producer_request_timeout=30.0,
        processing_guarantee="at_least_once",
        stream_buffer_maxsize=buffered,
        stream_wait_empty=False,  # it would wait for an outage's end; ``handover`` does it
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
    )


def attach_intake(app: FormatterApp, topic: str, intake: Intake, watch: BrokerWatch) -> None:
    """Pass the topic's records to ``intake``, which stops before partitions are revoked.

    ``watch`` sees the records that are read.
    """

    async def take_in(stream: Any) -> None:
        async for event in stream.noack().events():
            record = record_of(event.message)
            if is_current(event.message):
                await watch.note_read(record)
            await intake.take(record, event.ack, partial(is_current, event.message))

    def is_current(message: Any) -> bool:
        return bool(message.generation_id == app.consumer_generation_id)

    def forget(partitions: Iterable[Any]) -> None:
        watch.forget(TopicPartition(one.topic, one.partition) for one in partitions)

    async def revoked(_app: Any, partitions: Iterable[Any], **_signal: Any) -> None:
        app.has_assignment = False
        forget(partitions)

    async def assigned(_app: Any, partitions: Iterable[Any], **_signal: Any) -> None:
        app.has_assignment = True
        forget(partitions)

    app.transport = OrderlyTransport(app, intake)
    app.agent(
        app.topic(topic, key_serializer="raw", value_serializer="raw"),
        name="take-in",
        concurrency=1,
    )(take_in)
    # the types of mode's signals fit no function
    app.on_partitions_revoked.connect(cast("Any", revoked), weak=False)
    app.on_partitions_assigned.connect(cast("Any", assigned), weak=False)


def record_of(message: Any) -> Record:
    """Return faust's message as a plain record with the same bytes."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers or ()),
        timestamp=int(message.timestamp * 1000),
    )


def assigned_partitions(app: FormatterApp) -> set[TopicPartition] | None:
    """Return the assigned partitions, or ``None`` if the group has not assigned any."""
    if not app.has_assignment:
        return None
    return {TopicPartition(one.topic, one.partition) for one in app.consumer.assignment()}


# The errors of a send if the broker is unreachable.
NOT_PUBLISHED = (KafkaError, ProducerSendError)


class FaustPublisher:
    """An ``AsyncPublisher`` with faust's producer; it waits for an unreachable broker."""

    def __init__(self, app: FormatterApp, backoff_max_seconds: float) -> None:
        self._app = app
        self._retrying = AsyncRetrying(
            retry=retry_if_exception_type(NOT_PUBLISHED),
            wait=wait_random_exponential(max=backoff_max_seconds),
            reraise=True,
        )

    async def publish(self, record: OutgoingRecord) -> None:
        """Return when all in-sync replicas have the record.

        Raises ``RecordTooLarge``.
        """
        try:
            await self._publish_patiently(record)
        except RecordTooLarge:
            if record.smaller is None:
                raise
            await self.publish(record.smaller)

    async def _publish_patiently(self, record: OutgoingRecord) -> None:
        try:
            await self._publish_once(record)  # tenacity alone costs half as much as this
        except NOT_PUBLISHED:
            await self._retrying(self._publish_once, record)

    async def _publish_once(self, record: OutgoingRecord) -> None:
        try:
            # The topics' own ``send`` wraps each record three times more.
            producer = await self._app.maybe_start_producer()
            # Handed over; awaiting what comes back waits for the broker's answer.
            sent = await producer.send(
                record.topic,
                record.key,
                record.value,
                partition=None,
                timestamp=None,
                headers=list(record.headers),
            )
            await sent
        except NOT_PUBLISHED as error:
            if _is_too_large(error):
                raise RecordTooLarge(f"{len(record.value or b'')} bytes") from error
            raise


def _is_too_large(error: BaseException | None) -> bool:
    too_large = (MessageSizeTooLargeError, RecordListTooLargeError)
    return error is not None and (isinstance(error, too_large) or _is_too_large(error.__cause__))
