"""Publishing to a real broker: acknowledged or refused, and partitioned as by Java and aiokafka."""

import random
from dataclasses import replace

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from invoice_shared.errors import StartupError
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import MAX_RECORD_BYTES, common_config, producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.publishing import PublishFailed, RecordTooLarge
from invoice_shared.record import OutgoingRecord
from invoice_shared.settings import KafkaSettings
from tests.support.broker import Broker
from tests.support.ports import free_port
from tests.support.topics import Topics

pytestmark = pytest.mark.broker

ANY = OutgoingRecord("raw-invoices", b"k", b"{}")


def murmur2(data: bytes) -> int:
    """Return Kafka's own hash of a key, as the Java client computes it
    (org.apache.kafka.common.utils.Utils.murmur2).
    """
    mask = 0xFFFFFFFF
    m = 0x5BD1E995
    value = (0x9747B28C ^ len(data)) & mask
    for start in range(0, len(data) - len(data) % 4, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        value = (value * m & mask) ^ ((k ^ (k >> 24)) * m & mask)
    if tail := data[len(data) - len(data) % 4 :]:
        value = (value ^ int.from_bytes(tail, "little")) * m & mask
    value = (value ^ (value >> 13)) * m & mask
    return value ^ (value >> 15)


def test_a_published_record_is_in_the_partition_that_every_client_chooses(
    broker: Broker, topics: Topics
) -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)
    publisher = ConfluentPublisher(lambda: Producer(producer_config(settings)))
    keys = [f"invoice-{number}".encode() for number in range(40)]
    name = topics.settings["RAW_INVOICES_TOPIC"]

    for key in keys:
        publisher.publish(OutgoingRecord(name, key, b"{}", (("event-id", b"e"),)))
    publisher.close(10)

    records = topics.read("raw-invoices")
    count = 1 + max(record.partition for record in records)
    assert {record.key for record in records} == set(keys)
    assert all(
        record.partition == (murmur2(record.key or b"") & 0x7FFFFFFF) % count for record in records
    )


@pytest.mark.real_broker
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(100_000, id="refused by the broker"),
        pytest.param(MAX_RECORD_BYTES + 1, id="refused by the client itself"),
    ],
)
def test_a_record_too_large_for_its_topic_is_replaced_by_a_smaller_one(
    broker: Broker, topics: Topics, size: int
) -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)
    narrow = NewTopic(topics.name("narrow"), 1, 1, config={"max.message.bytes": "10000"})
    admin = AdminClient(common_config(settings))
    admin.create_topics([narrow])[narrow.topic].result(30)
    publisher = ConfluentPublisher(lambda: Producer(producer_config(settings)))
    large = OutgoingRecord(narrow.topic, b"k", random.Random(size).randbytes(size))

    publisher.publish(replace(large, smaller=replace(large, value=b"small")))
    with pytest.raises(RecordTooLarge):
        publisher.publish(large)
    publisher.close(10)

    assert [record.value for record in topics.read("narrow")] == [b"small"]


def test_an_unreachable_broker_is_reported_and_nothing_hangs() -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    publisher = ConfluentPublisher(
        lambda: Producer(producer_config(settings) | {"message.timeout.ms": 500})
    )

    with pytest.raises(PublishFailed):
        publisher.publish(ANY)
    with pytest.raises(StartupError, match="does not answer"):
        check_topics(settings, ["raw-invoices"])
    publisher.close(1)


def test_a_cancelled_wait_does_not_take_another_callers_answer() -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    publisher = ConfluentPublisher(
        lambda: Producer(producer_config(settings) | {"message.timeout.ms": 500})
    )

    publisher.send(ANY).cancel()

    with pytest.raises(PublishFailed):
        publisher.send(ANY).result(30)
    publisher.close(1)


def test_missing_topics_are_named_with_the_command_that_creates_them(broker: Broker) -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)

    with pytest.raises(StartupError, match=r"no-such-topic.*invoices topics"):
        check_topics(settings, ["no-such-topic"])
