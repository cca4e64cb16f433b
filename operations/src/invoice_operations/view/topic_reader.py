"""Reading a topic, or a part of it, up to its end of this moment. Joins no group and commits nothing."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_operations.broker_errors import broker_errors
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.view.span import WHOLE, Span
from invoice_shared.kafka.client_config import consumer_config
from invoice_shared.kafka.records import records_of
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 15.0
PATIENCE_SECONDS = 60.0
"""Without one record or end of a partition for this long, the broker counts as gone."""
BATCH = 2000
POLL_SECONDS = 0.05
"""``consume`` waits so long for a full batch: the end of a topic should not cost more."""
PARTITION_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001 - the name that confluent-kafka gives a code of its own
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - likewise


@dataclass(frozen=True, slots=True)
class Bounds:
    """The offsets to read of one partition: from ``start``, below ``end``."""

    start: int
    end: int


class TopicReader:
    """Each call reads with a consumer of its own. Raises what ``broker_errors`` raises."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Give the records that lie in the topic now, in order within each partition."""
        with self._consumer() as consumer:
            bounds = _bounds(consumer, topic, span)
            for record in records_of(_messages(consumer, topic, bounds, _wanted(span))):
                if span.holds(record):
                    yield record

    def ends(self, topic: str) -> dict[int, int]:
        """Give the next offset of each partition."""
        with self._consumer() as consumer:
            return {number: bound.end for number, bound in _bounds(consumer, topic, WHOLE).items()}

    @contextmanager
    def _consumer(self) -> Iterator[Consumer]:
        config = consumer_config(self._settings, f"invoices-{uuid.uuid4()}") | {"enable.partition.eof": True}
        with broker_errors(), closing(Consumer(config)) as consumer:
            yield consumer


def _wanted(span: Span) -> Callable[[Message], bool]:
    keys = span.keys
    return (lambda _message: True) if keys is None else (lambda message: message.key() in keys)


def _bounds(consumer: Consumer, topic: str, span: Span) -> dict[int, Bounds]:
    partitions = [
        number for number in _partitions(consumer, topic) if span.partition is None or number == span.partition
    ]
    if span.partition is not None and not partitions:
        raise InvalidRequest(f"The topic {topic} has no partition {span.partition}.")
    marks = {
        number: consumer.get_watermark_offsets(ConfluentPartition(topic, number), timeout=ANSWER_SECONDS)
        for number in partitions
    }
    starts = _starts(consumer, topic, span, marks)
    return {number: Bounds(starts[number], high) for number, (_low, high) in marks.items()}


def _partitions(consumer: Consumer, topic: str) -> list[int]:
    found = consumer.list_topics(timeout=ANSWER_SECONDS).topics.get(topic)
    if found is None:
        raise NeedsAttention(f"The topic {topic} does not exist. Create it with: invoices topics")
    return sorted(found.partitions)


def _starts(consumer: Consumer, topic: str, span: Span, marks: dict[int, tuple[int, int]]) -> dict[int, int]:
    starts = {number: max(low, span.from_offset or 0) for number, (low, _high) in marks.items()}
    if span.since is None:
        return starts
    moment = max(0, int(span.since.timestamp() * 1000))
    asked = [ConfluentPartition(topic, number, moment) for number in marks]
    for found in consumer.offsets_for_times(asked, timeout=ANSWER_SECONDS):
        first = found.offset if found.offset >= 0 else marks[found.partition][1]  # none is that young: the end
        starts[found.partition] = max(starts[found.partition], first)
    return starts


def _messages(
    consumer: Consumer, topic: str, bounds: dict[int, Bounds], wanted: Callable[[Message], bool]
) -> Iterator[Message]:
    unfinished = {number: bound.end for number, bound in bounds.items() if bound.start < bound.end}
    consumer.assign([ConfluentPartition(topic, number, bounds[number].start) for number in unfinished])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while unfinished:
        for message in consumer.consume(BATCH, POLL_SECONDS):
            deadline = time.monotonic() + PATIENCE_SECONDS
            if _is_inside(message, unfinished) and wanted(message):
                yield message
        if time.monotonic() > deadline:
            raise KafkaException(KafkaError(TIMED_OUT, f"no record of {topic} for {PATIENCE_SECONDS:.0f} s"))


def _is_inside(message: Message, unfinished: dict[int, int]) -> bool:
    """Tell whether a message is a record to give on; forgets the partition that it ends."""
    error, partition, offset = message.error(), message.partition() or 0, message.offset() or 0
    if error is not None:
        if error.code() == PARTITION_EOF:
            unfinished.pop(partition, None)
        elif error.code() > 0:  # the broker refuses, e.g. for want of permission; the client's own troubles pass
            raise KafkaException(error)
        return False
    end = unfinished.get(partition, 0)
    if offset >= end - 1:
        unfinished.pop(partition, None)
    return offset < end
