"""Read a topic, or a part of it, up to its present end.

Joins no group and commits nothing.
"""

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager

from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_operations.broker_errors import broker_errors
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.view.cases import Place, place_of
from invoice_operations.view.reading_to_end import CONSUMER_CONFIG, milliseconds, read_to_end
from invoice_operations.view.span import WHOLE, Bounds, Span
from invoice_shared.clock import Clock
from invoice_shared.kafka.client_config import consumer_config
from invoice_shared.kafka.records import records_of
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 15.0


class TopicReader:
    """Each call uses a new consumer. Raises as ``broker_errors`` does."""

    def __init__(self, settings: KafkaSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Yield the present records of the topic, in order within each partition."""
        wanted = _wanted(span)
        with self._consumer() as consumer:
            for batch in read_to_end(consumer, topic, _bounds(consumer, topic, span), self._clock):
                yield from filter(span.holds, records_of(filter(wanted, batch)))

    def at(self, places: Collection[Place]) -> Iterator[Record]:
        """Yield the records at these positions that still exist."""
        for topic in {place.topic for place in places}:
            with self._consumer() as consumer:
                bounds = _around(places, _marks(consumer, topic, WHOLE))
                for batch in read_to_end(consumer, topic, bounds, self._clock):
                    yield from (
                        record for record in records_of(batch) if place_of(record) in places
                    )

    def partitions(self, topic: str) -> int:
        """Return the number of a topic's partitions."""
        with self._consumer() as consumer:
            return len(_partitions(consumer, topic))

    def ends(self, topic: str) -> dict[int, int]:
        """Return the broker's next offset of each partition."""
        with self._consumer() as consumer:
            return {number: end for number, (_low, end) in _marks(consumer, topic, WHOLE).items()}

    @contextmanager
    def _consumer(self) -> Iterator[Consumer]:
        config = consumer_config(self._settings, f"invoices-{uuid.uuid4()}") | CONSUMER_CONFIG
        with broker_errors(), closing(Consumer(config)) as consumer:
            yield consumer


def _wanted(span: Span) -> Callable[[Message], bool]:
    keys = span.keys

    def is_inside(message: Message) -> bool:
        return (message.offset() or 0) >= span.first(message.partition() or 0)

    return (
        is_inside if keys is None else lambda message: message.key() in keys and is_inside(message)
    )


def _around(places: Collection[Place], marks: dict[int, tuple[int, int]]) -> dict[int, Bounds]:
    bounds: dict[int, Bounds] = {}
    for number, (low, high) in marks.items():
        offsets = [
            place.offset for place in places if place.partition == number and place.offset >= low
        ]
        if offsets:
            # A record at a known position exists, whatever its time, so it is never past the end.
            bounds[number] = Bounds(min(offsets), max(high, max(offsets) + 1), max(offsets))
    return bounds


def _bounds(consumer: Consumer, topic: str, span: Span) -> dict[int, Bounds]:
    marks = _marks(consumer, topic, span)
    starts = _starts(consumer, topic, span, marks)
    bounds = {
        number: Bounds(starts[number], high, span.last(number))
        for number, (_low, high) in marks.items()
    }
    return {number: bound for number, bound in bounds.items() if bound.start <= bound.last}


def _marks(consumer: Consumer, topic: str, span: Span) -> dict[int, tuple[int, int]]:
    partitions = [
        number
        for number in _partitions(consumer, topic)
        if span.partition is None or number == span.partition
    ]
    if span.partition is not None and not partitions:
        raise InvalidRequest(f"The topic {topic} has no partition {span.partition}.")
    return {
        number: consumer.get_watermark_offsets(
            ConfluentPartition(topic, number), timeout=ANSWER_SECONDS
        )
        for number in partitions
    }


def _partitions(consumer: Consumer, topic: str) -> list[int]:
    found = consumer.list_topics(timeout=ANSWER_SECONDS).topics.get(topic)
    if found is None:
        raise NeedsAttention(f"The topic {topic} does not exist. Create it with: invoices topics")
    return sorted(found.partitions)


def _starts(
    consumer: Consumer, topic: str, span: Span, marks: dict[int, tuple[int, int]]
) -> dict[int, int]:
    # For an offset after the end, the client would start at the first one instead.
    starts = {
        number: min(max(low, span.first(number)), high) for number, (low, high) in marks.items()
    }
    if span.since is None:
        return starts
    asked = [ConfluentPartition(topic, number, milliseconds(span.since)) for number in marks]
    for found in consumer.offsets_for_times(asked, timeout=ANSWER_SECONDS):
        # Without a record that new, start at the end.
        first = found.offset if found.offset >= 0 else marks[found.partition][1]
        starts[found.partition] = max(starts[found.partition], first)
    return starts
