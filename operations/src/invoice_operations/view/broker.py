"""Read the topics that the view follows from the broker; see ``followed``."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from invoice_operations.broker_errors import broker_errors
from invoice_operations.view.entry import Entry
from invoice_operations.view.followed import Cluster, Marks, OffsetGone, Topic
from invoice_operations.view.reading_to_end import AUTO_OFFSET_RESET, CONSUMER_CONFIG, read_to_end
from invoice_operations.view.span import Bounds
from invoice_shared.clock import Clock
from invoice_shared.kafka.client_config import common_config, consumer_config
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 15.0
# A broker without topic ids answers a UUID of zeros, or that it does not support the request.
NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"
NOT_ASKED = (KafkaError.UNSUPPORTED_VERSION, KafkaError._UNSUPPORTED_FEATURE)  # noqa: SLF001 - the client's public name
# A missing offset must raise an error instead of being replaced.
FOLLOWER_CONFIG = CONSUMER_CONFIG | {"auto.offset.reset": "error"}


class Broker:
    """Connects on first use. Raises as ``broker_errors`` does."""

    def __init__(self, settings: KafkaSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def describe(self, names: Sequence[str]) -> Cluster:
        """Return the cluster and the existing topics."""
        with broker_errors():
            admin = AdminClient(common_config(self._settings))
            listed = admin.list_topics(timeout=ANSWER_SECONDS)
            there = [name for name in names if name in listed.topics]
            ids = _topic_ids(admin, there)
        topics = {
            name: Topic(ids.get(name), tuple(sorted(listed.topics[name].partitions)))
            for name in there
        }
        return Cluster(listed.cluster_id or self._settings.kafka_bootstrap_servers, topics)

    @contextmanager
    def connected(self) -> Iterator["Connection"]:
        """Yield a connection, closed at the end."""
        config = consumer_config(self._settings, f"invoices-{uuid.uuid4()}") | FOLLOWER_CONFIG
        with broker_errors(), closing(Consumer(config)) as consumer:
            yield Connection(consumer, self._clock)


class Connection:
    """One consumer that reads topic after topic."""

    def __init__(self, consumer: Consumer, clock: Clock) -> None:
        self._consumer = consumer
        self._clock = clock

    def marks(self, topic: str, partitions: Sequence[int]) -> Marks:
        """Return the first and next offset of each partition."""
        return {
            number: self._consumer.get_watermark_offsets(
                TopicPartition(topic, number), timeout=ANSWER_SECONDS
            )
            for number in partitions
        }

    def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        """Yield the records up to the present end. Raises ``OffsetGone``."""
        try:
            for batch in read_to_end(self._consumer, topic, bounds, self._clock):
                yield [_entry(message) for message in batch]
        except KafkaException as error:
            if error.args[0].code() == AUTO_OFFSET_RESET:
                raise OffsetGone from error
            raise


def _topic_ids(admin: AdminClient, names: list[str]) -> dict[str, str | None]:
    if not names:
        return {}
    try:
        asked = admin.describe_topics(TopicCollection(names), request_timeout=ANSWER_SECONDS)
        ids = {name: str(answer.result(ANSWER_SECONDS).topic_id) for name, answer in asked.items()}
    except KafkaException as error:
        if error.args[0].code() in NOT_ASKED:
            return {}
        raise
    return {name: None if topic_id == NO_ID else topic_id for name, topic_id in ids.items()}


def _entry(message: Message) -> Entry:
    key, value = message.key(), message.value()
    return Entry(
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
        key.encode() if isinstance(key, str) else key,
        value.encode() if isinstance(value, str) else value,
    )
