"""Topics per test, records put into them, and their contents as plain values."""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewTopic

from tests.support.broker import Broker

TOPICS = {
    "RAW_INVOICES_TOPIC": "raw-invoices",
    "FORMATTED_INVOICES_TOPIC": "formatted-invoices",
    "INVOICE_ERRORS_TOPIC": "invoice-errors",
    "INVOICE_OUTCOMES_TOPIC": "invoice-outcomes",
    "INVOICE_DECISIONS_TOPIC": "invoice-decisions",
}
MAX_MESSAGE = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """One record of a topic."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]

    @property
    def utc(self) -> datetime:
        """Return the broker's time of the record."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    @property
    def json(self) -> Any:
        """Return the value as a JSON tree, fractions as ``Decimal``."""
        return json.loads(self.value or b"null", parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Topics:
    """The five topics under names that no other test uses, so that tests never see each other's
    records.
    """

    bootstrap_servers: str
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:10]}")

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that points a service at this broker and these topics."""
        names = {setting: self.name(topic) for setting, topic in TOPICS.items()}
        return {"KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers, **names}

    def name(self, topic: str) -> str:
        """Return this test's name of a topic, e.g. of ``raw-invoices``."""
        return f"{self.prefix}-{topic}"

    def group(self, service: str) -> str:
        """Return this test's consumer group of a service."""
        return f"{self.prefix}-{service}"

    def create(self, topics: Iterable[str] = tuple(TOPICS.values()), partitions: int = 6) -> None:
        """Create them, and wait until the broker has; the ledger is compacted, as in production."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        wanted = [
            NewTopic(
                self.name(topic),
                num_partitions=1 if topic == "invoice-decisions" else partitions,
                replication_factor=1,
                config=_config(topic),
            )
            for topic in topics
        ]
        for done in admin.create_topics(wanted, operation_timeout=30).values():
            done.result(60)

    def configure(self, topic: str, setting: str, value: str) -> None:
        """Change a setting of a topic, e.g. ``message.timestamp.type``."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        entry = ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET)
        changed = ConfigResource(ResourceType.TOPIC, self.name(topic), incremental_configs=[entry])
        for done in admin.incremental_alter_configs([changed]).values():
            done.result(60)

    def produce(
        self,
        topic: str,
        values: Iterable[tuple[str | bytes | None, bytes | None]],
        headers: Mapping[str, bytes] | None = None,
        at: datetime | None = None,
    ) -> list[tuple[int, int]]:
        """Produce (key, value) pairs, and return the partition and offset of each, in order.

        ``at`` is the time of the records if the clock that stamps them is wrong.
        """
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap_servers,
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "message.max.bytes": MAX_MESSAGE,
            }
        )
        places: dict[int, tuple[int, int]] = {}
        pairs = list(values)
        for index, (key, value) in enumerate(pairs):
            producer.produce(
                self.name(topic),
                key=key,
                value=value,
                headers=dict(headers or {}),
                timestamp=0 if at is None else int(at.timestamp() * 1000),
                on_delivery=_note_place(places, index),
            )
            producer.poll(0)
        producer.flush(60)
        assert len(places) == len(pairs), (
            f"the broker acknowledged {len(places)} of {len(pairs)} records"
        )
        return [places[index] for index in range(len(pairs))]

    def read(self, topic: str, timeout: float = 60) -> list[Seen]:
        """Read a topic from its beginning to its current end, in order within each partition."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap_servers,
                "group.id": f"{self.prefix}-reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.message.max.bytes": MAX_MESSAGE,
            }
        )
        try:
            return _read_to_end(consumer, self.name(topic), timeout)
        finally:
            consumer.close()

    def events(self) -> list[Seen]:
        """Read the ledger without the records that documents have of their own."""
        return [
            record
            for record in self.read("invoice-outcomes")
            if b"#document:" not in (record.key or b"")
        ]

    def lag(self, service: str, topic: str) -> int:
        """Count the records of a topic that a service's group has not committed; for
        ``eventually``.

        Counts the records themselves: the embedded broker's newest offset is the beginning of its
        last batch.
        """
        committed = self._committed(self.group(service), self.name(topic))
        return sum(record.offset >= committed[record.partition] for record in self.read(topic))

    def delete_before(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Delete the records before an offset of each partition, as retention does."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        wanted = [
            TopicPartition(self.name(topic), number, offset) for number, offset in offsets.items()
        ]
        for done in admin.delete_records(wanted).values():
            done.result(60)

    def commit(self, service: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Commit a service's offsets by partition, as if it had consumed the records before
        them.
        """
        self.commit_as(self.group(service), topic, offsets)

    def commit_as(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Commit a group's offsets by partition."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap_servers, "group.id": group})
        try:
            wanted = [
                TopicPartition(self.name(topic), number, offset)
                for number, offset in offsets.items()
            ]
            consumer.commit(offsets=wanted, asynchronous=False)
        finally:
            consumer.close()

    def committed(self, service: str, topic: str) -> int:
        """Return how many records of a topic a service's group has committed, over all
        partitions.
        """
        return sum(
            max(offset, 0)
            for offset in self._committed(self.group(service), self.name(topic)).values()
        )

    def _committed(self, group: str, name: str, timeout: float = 20) -> dict[int, int]:
        consumer = Consumer({"bootstrap.servers": self.bootstrap_servers, "group.id": group})
        try:
            places = [
                TopicPartition(name, number) for number in _partitions(consumer, name, timeout)
            ]
            return {place.partition: place.offset for place in consumer.committed(places, timeout)}
        except (
            KafkaException
        ) as error:  # e.g. the coordinator is still loading: not known yet, so look again
            raise AssertionError(f"what {group} has committed is not known: {error}") from error
        finally:
            consumer.close()


def _config(topic: str) -> dict[str, str]:
    """Return all that ``invoices check`` reads: the embedded broker knows no defaults, so it
    reports nothing else.
    """
    if topic == "invoice-outcomes":
        return {"min.insync.replicas": "1", "cleanup.policy": "compact"}
    return {
        "min.insync.replicas": "1",
        "cleanup.policy": "delete",
        "max.message.bytes": str(MAX_MESSAGE),
    }


def _note_place(
    places: dict[int, tuple[int, int]], index: int
) -> Callable[[KafkaError | None, Message], None]:
    def note(error: KafkaError | None, message: Message) -> None:
        if error is None:
            places[index] = (message.partition() or 0, message.offset() or 0)

    return note


def _partitions(consumer: Consumer, topic: str, timeout: float) -> list[int]:
    return list(consumer.list_topics(topic, timeout).topics[topic].partitions)


def _read_to_end(consumer: Consumer, topic: str, timeout: float) -> list[Seen]:
    deadline = time.monotonic() + timeout
    open_partitions = set(_partitions(consumer, topic, timeout))
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in open_partitions])
    seen: list[Seen] = []
    while open_partitions:
        assert time.monotonic() < deadline, f"{topic} was not read to its end within {timeout} s"
        message = consumer.poll(1.0)
        if message is None:
            continue
        error = message.error()
        if error is None:
            seen.append(_seen(message))
        elif error.code() == KafkaError._PARTITION_EOF:
            open_partitions.discard(message.partition() or 0)
        else:
            raise KafkaException(error)
    return seen


def _seen(message: Message) -> Seen:
    return Seen(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp=message.timestamp()[1],
        key=_raw(message.key()),
        value=_raw(message.value()),
        headers={name: _raw(value) or b"" for name, value in dict(message.headers() or {}).items()},
    )


def _raw(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


@pytest.fixture
def topics(broker: Broker) -> Topics:
    """Create the five topics for this test alone."""
    mine = Topics(broker.bootstrap_servers)
    mine.create()
    return mine
