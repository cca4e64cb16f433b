"""A broker is restored to an earlier state: librdkafka calls that fatal, and a new producer takes
over.
"""

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from invoice_shared.kafka.client_config import common_config, producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import OutgoingRecord
from invoice_shared.settings import KafkaSettings
from tests.support.kafka_jars import JarsBroker
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(200)

RECORD = OutgoingRecord("raw-invoices", b"i-1", b"{}")


@pytest.mark.skipif(
    not JarsBroker.is_available(), reason="needs Java 17 and the jars of Apache Kafka"
)
def test_a_restored_broker_gets_a_new_producer(capsys: pytest.CaptureFixture[str]) -> None:
    broker = JarsBroker()
    broker.start()
    try:
        settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap_servers)
        admin = AdminClient(common_config(settings))
        admin.create_topics([NewTopic("raw-invoices", 1, 1)])["raw-invoices"].result(30)
        publisher = ConfluentPublisher(
            lambda: Producer(producer_config(settings) | {"message.timeout.ms": 60_000})
        )
        for _ in range(5):
            publisher.publish(RECORD)
        broker.save()
        for _ in range(5):
            publisher.publish(RECORD)

        broker.restore()

        assert not is_taken(publisher)
        eventually(lambda: is_taken(publisher), timeout=60)
        publisher.close(10)
    finally:
        broker.stop()
    assert "producer replaced" in capsys.readouterr().out


def is_taken(publisher: ConfluentPublisher) -> bool:
    try:
        publisher.publish(RECORD)
    except PublishFailed:
        return False
    return True
