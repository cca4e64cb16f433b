"""Records that a real broker deleted before they were read: counted by both Kafka clients, and by
each service.
"""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Consumer, Message, Producer
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_formatter.kafka.broker_watch import BrokerWatch
from invoice_shared.clock import SystemClock
from invoice_shared.health import Health
from invoice_shared.kafka.client_config import consumer_config
from invoice_shared.kafka.lag import note_read, starts
from invoice_shared.kafka.records import records_of
from invoice_shared.losses import Losses
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings
from tests.support.broker import Broker
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.real_broker]

READ_BY = {
    "raw-invoices": "invoice-formatter",
    "formatted-invoices": "invoice-creator",
    "invoice-errors": "invoice-error-sink",
}


@pytest.fixture
def topics(broker: Broker) -> Topics:
    """Return topics of one partition each."""
    mine = Topics(broker.bootstrap_servers)
    mine.create(partitions=1)
    return mine


@pytest.fixture(params=READ_BY)
def topic(request: pytest.FixtureRequest) -> str:
    """Return each topic that a service reads."""
    return str(request.param)


@pytest.fixture
def start(
    topic: str, topics: Topics, outside: Outside, s3: Bucket, start_service: StartService
) -> Callable[[], Service]:
    """Start the service that reads the topic."""
    name = READ_BY[topic]
    group = {"KAFKA_CONSUMER_GROUP": topics.group(name)}
    settings = topics.settings | outside.settings | s3.settings | group
    return lambda: start_service(name, settings)


def produce(topics: Topics, topic: str, count: int) -> None:
    topics.produce(topic, [(f"i-{number}", b"no JSON") for number in range(count)])


def counted(service: Service, topics: Topics, topic: str, metric: str = "records_lost") -> float:
    """Return what a service has counted for a topic."""
    name = f'invoice_connector_{metric}_total{{topic="{topics.name(topic)}"}}'
    return figure(service.ask("/metrics")[1], name)


def figure(exposition: str, name: str) -> float:
    return next(
        (float(line.split()[-1]) for line in exposition.splitlines() if line.startswith(name)), 0
    )


def test_a_service_that_was_stopped_too_long_counts_the_records_it_lost(
    topics: Topics, topic: str, start: Callable[[], Service]
) -> None:
    produce(topics, topic, 50)
    topics.commit(READ_BY[topic], topic, {0: 10})
    topics.delete_before(topic, {0: 40})

    service = start()

    eventually(lambda: topics.committed(READ_BY[topic], topic) == 50, timeout=60)
    assert counted(service, topics, topic) == 30
    assert counted(service, topics, topic, "unknown_starts") == 0


def test_deleted_records_are_counted_and_are_not_lag_even_if_nothing_follows(
    topics: Topics, topic: str, start: Callable[[], Service]
) -> None:
    produce(topics, topic, 50)
    topics.commit(READ_BY[topic], topic, {0: 10})
    topics.delete_before(topic, {0: 50})

    service = start()

    eventually(lambda: counted(service, topics, topic) == 40, timeout=60)
    eventually(service.is_ready, timeout=60)
    assert figure(service.ask("/metrics")[1], "invoice_connector_consumer_lag_records") == 0


def test_a_group_without_an_offset_counts_no_loss(
    topics: Topics, topic: str, start: Callable[[], Service]
) -> None:
    produce(topics, topic, 50)
    topics.delete_before(topic, {0: 40})

    service = start()

    eventually(lambda: topics.committed(READ_BY[topic], topic) == 50, timeout=60)
    assert counted(service, topics, topic) == 0
    assert counted(service, topics, topic, "unknown_starts") == 1


class Member:
    """A member of a group with the real client, which records what it reads."""

    def __init__(self, topics: Topics) -> None:
        self.metrics = Metrics()
        self._at = ConfluentPartition(topics.name("raw-invoices"), 0)
        self._losses = Losses(self.metrics)
        settings = KafkaSettings(kafka_bootstrap_servers=topics.bootstrap_servers)
        self.consumer = Consumer(consumer_config(settings, topics.group("member")))
        self.consumer.assign([ConfluentPartition(self._at.topic, 0, 0)])
        for partition, start in starts(self.consumer, [self._at]).items():
            self._losses.begin(partition, start)

    def read(self, count: int) -> list[int]:
        """Read this many records; return their offsets."""
        seen: list[Record] = []
        while len(seen) < count:
            messages: list[Message] = self.consumer.consume(count - len(seen), 1.0)
            for record in records_of(messages):
                note_read(self._losses, self.consumer, record)
                seen.append(record)
        return [record.offset for record in seen]

    def pause(self) -> None:
        self.consumer.pause([self._at])

    def resume(self) -> None:
        self.consumer.resume([self._at])

    def lost(self) -> float:
        return figure(self.metrics.exposition().decode(), "invoice_connector_records_lost_total")


@pytest.fixture
def member(topics: Topics) -> Iterator[Member]:
    """Return a member that ends with the test."""
    mine = Member(topics)
    yield mine
    mine.consumer.close()


def test_records_deleted_while_a_partition_is_paused_are_lost(
    topics: Topics, member: Member
) -> None:
    produce(topics, "raw-invoices", 10)
    member.read(10)
    member.pause()
    produce(topics, "raw-invoices", 90)
    topics.delete_before("raw-invoices", {0: 60})

    member.resume()

    assert member.read(40) == list(range(60, 100))
    assert member.lost() == 50


def test_the_marker_of_a_transaction_is_not_a_loss(topics: Topics, member: Member) -> None:
    producer = Producer(
        {"bootstrap.servers": topics.bootstrap_servers, "transactional.id": topics.prefix}
    )
    producer.init_transactions(60)
    for _ in range(3):
        producer.begin_transaction()
        producer.produce(topics.name("raw-invoices"), b"{}", partition=0)
        producer.commit_transaction(60)

    assert member.read(3) == [0, 2, 4]

    assert member.lost() == 0


def test_the_formatters_client_distinguishes_a_loss_from_a_gap_while_it_runs(
    topics: Topics,
) -> None:
    produce(topics, "raw-invoices", 100)
    topics.commit("invoice-formatter", "raw-invoices", {0: 0})
    metrics = Metrics()
    offsets = (*range(5), 7, 60, 61)  # 5 and 6 are missing for another reason

    async def read() -> None:
        watch = BrokerWatch(
            {"bootstrap_servers": topics.bootstrap_servers},
            topics.group("invoice-formatter"),
            [topics.name("raw-invoices")],
            health=Health(SystemClock(), 120),
            metrics=metrics,
        )
        try:
            for offset in offsets:
                if offset == 60:
                    await asyncio.to_thread(topics.delete_before, "raw-invoices", {0: 60})
                await watch.note_read(Record(topics.name("raw-invoices"), 0, offset, b"k", b"{}"))
        finally:
            await watch.close()

    asyncio.run(read())

    assert figure(metrics.exposition().decode(), "invoice_connector_records_lost_total") == 52
