"""Publish to Kafka as the services do: acknowledged, with the same partitioner."""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer

from invoice_shared.kafka.client_config import producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.publishing import Publisher
from invoice_shared.settings import KafkaSettings

CLOSE_SECONDS = 10.0
# An operator waits half a minute for a broker, and not librdkafka's five minutes.
DELIVERY_TIMEOUT_MS = 30_000


@contextmanager
def publisher(settings: KafkaSettings) -> Iterator[Publisher]:
    """Yield a publisher. All its records are acknowledged or failed at the end."""
    opened = ConfluentPublisher(
        lambda: Producer(producer_config(settings) | {"message.timeout.ms": DELIVERY_TIMEOUT_MS})
    )
    try:
        yield opened
    finally:
        opened.close(CLOSE_SECONDS)
