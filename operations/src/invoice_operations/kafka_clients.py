"""Writing to Kafka as the services do: acknowledged, and partitioned alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer

from invoice_shared.kafka.client_config import producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.publishing import Publisher
from invoice_shared.settings import KafkaSettings

CLOSE_SECONDS = 10.0
# An operator waits half a minute for a broker, not the five of librdkafka.
DELIVERY_TIMEOUT_MS = 30_000


@contextmanager
def publisher(settings: KafkaSettings) -> Iterator[Publisher]:
    """Give a publisher; what it was handed is settled, one way or the other, when this ends."""
    opened = ConfluentPublisher(
        lambda: Producer(producer_config(settings) | {"message.timeout.ms": DELIVERY_TIMEOUT_MS})
    )
    try:
        yield opened
    finally:
        opened.close(CLOSE_SECONDS)
