"""Publishing to a real broker: acknowledged or refused, and partitioned as Java and aiokafka do."""

import pytest
from confluent_kafka import Producer

from invoice_shared.errors import StartupError
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import producer_config
from invoice_shared.kafka.producer import Publisher, PublishFailed
from invoice_shared.settings import KafkaSettings
from tests.support.broker import Broker
from tests.support.ports import free_port
from tests.support.topics import Topics

pytestmark = pytest.mark.broker


def murmur2(data: bytes) -> int:
    """Give Kafka's own hash of a key, as the Java client computes it (org.apache.kafka.common.utils.Utils.murmur2)."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    value = (0x9747B28C ^ len(data)) & mask
    for start in range(0, len(data) - len(data) % 4, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        value = (value * m & mask) ^ ((k ^ (k >> 24)) * m & mask)
    if tail := data[len(data) - len(data) % 4 :]:
        value = (value ^ int.from_bytes(tail, "little")) * m & mask
    value = (value ^ (value >> 13)) * m & mask
    return value ^ (value >> 15)


def test_what_was_published_is_there_in_the_partition_that_every_client_chooses(broker: Broker, topics: Topics) -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)
    publisher = Publisher(Producer(producer_config(settings)))
    keys = [f"invoice-{number}".encode() for number in range(40)]
    name = topics.settings["RAW_INVOICES_TOPIC"]

    for key in keys:
        publisher.publish(name, key, b"{}", (("event-id", b"e"),))
    publisher.close(10)

    records = topics.read("raw-invoices")
    count = 1 + max(record.partition for record in records)
    assert {record.key for record in records} == set(keys)
    assert all(record.partition == (murmur2(record.key or b"") & 0x7FFFFFFF) % count for record in records)


def test_a_broker_that_is_away_is_said_so_and_nothing_hangs() -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    publisher = Publisher(Producer(producer_config(settings) | {"message.timeout.ms": 500}))

    with pytest.raises(PublishFailed):
        publisher.publish("raw-invoices", b"k", b"{}")
    with pytest.raises(StartupError, match="does not answer"):
        check_topics(settings, ["raw-invoices"])
    publisher.close(1)


def test_who_no_longer_waits_for_an_answer_takes_nobody_elses_away() -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    publisher = Publisher(Producer(producer_config(settings) | {"message.timeout.ms": 500}))

    publisher.send("raw-invoices", b"k", b"{}").cancel()

    with pytest.raises(PublishFailed):
        publisher.send("raw-invoices", b"k", b"{}").result(30)
    publisher.close(1)


def test_missing_topics_are_named_with_the_command_that_creates_them(broker: Broker) -> None:
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)

    with pytest.raises(StartupError, match=r"no-such-topic.*invoices topics"):
        check_topics(settings, ["no-such-topic"])
