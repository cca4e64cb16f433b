"""A cluster whose rights and passwords change while the services run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclOperation
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewTopic

from invoice_shared.kafka.client_config import producer_config
from tests.support.kafka_jars import JarsBroker
from tests.support.kafka_secured import FORMATTER, SecuredBroker, settings_of
from tests.support.s3 import Bucket
from tests.support.services import SERVICES, StartService
from tests.support.topics import TOPICS
from tests.support.waiting import eventually, never

GROUP = "invoice-formatter"

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(
        not JarsBroker.is_available(),
        reason=(
            "needs Java 17 and the jars of Apache Kafka: it sets up a broker with TLS, SASL and"
            " ACLs"
        ),
    ),
]


@pytest.fixture
def cluster() -> Iterator[SecuredBroker]:
    """Start a broker with the topics, which the connector may use, but no right to any group."""
    broker = SecuredBroker(authorizes=True)
    try:
        broker.start()
        create_topics(broker.admin())
        for topic in TOPICS.values():
            for operation in (AclOperation.READ, AclOperation.WRITE):
                broker.allow(ResourceType.TOPIC, topic, operation)
        yield broker
    finally:
        broker.stop()


def create_topics(admin: AdminClient) -> None:
    for created in admin.create_topics([NewTopic(name, 2, 1) for name in TOPICS.values()]).values():
        created.result(30)


def test_the_formatter_waits_until_it_has_the_right_to_its_group(
    cluster: SecuredBroker, start_service: StartService
) -> None:
    producer = Producer(producer_config(settings_of(cluster.settings)))
    producer.produce("raw-invoices", key=b"i-1", value=b"no record of ours")
    producer.flush(30)

    formatter = start_service("invoice-formatter", cluster.settings | FORMATTER)
    eventually(lambda: GROUP in formatter.ask("/readyz")[1], timeout=60)
    never(lambda: formatter.is_ready() or not formatter.is_running(), during=5)

    cluster.allow(ResourceType.GROUP, GROUP, AclOperation.READ)

    formatter.wait_until_ready()
    eventually(
        lambda: 'invoices_failed_total{code="malformed-record"' in formatter.ask("/metrics")[1],
        timeout=60,
    )
    assert "Traceback" not in formatter.output()


def test_no_service_is_ready_while_its_password_is_refused(
    cluster: SecuredBroker, start_service: StartService, tmp_path: Path, s3: Bucket
) -> None:
    secret = tmp_path / "password"
    secret.write_text(cluster.password)
    settings = {
        name: value for name, value in cluster.settings.items() if name != "KAFKA_SASL_PASSWORD"
    }
    settings |= FORMATTER | s3.settings
    settings |= {
        "KAFKA_SASL_PASSWORD_FILE": str(secret),
        "METRONOME_WEBHOOK_SECRET": "a-secret-of-some-length",
    }
    for script in SERVICES:
        cluster.allow(ResourceType.GROUP, script, AclOperation.READ)
    services = [start_service(script, settings) for script in SERVICES]
    for each in services:
        each.wait_until_ready(120)

    secret.write_text("rotated-password")
    cluster.rotate("rotated-password")

    eventually(lambda: not any(each.is_ready() for each in services), timeout=60)
    never(lambda: any(each.is_ready() for each in services), during=15)
    assert {each.ask("/livez")[0] for each in services} == {200}
