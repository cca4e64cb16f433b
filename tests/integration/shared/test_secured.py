"""TLS and SASL, as on a managed Kafka: both clients with the same settings, on a broker that
accepts nothing else.
"""

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from invoice_shared.errors import StartupError
from invoice_shared.kafka.admin import check_topics
from invoice_shared.kafka.client_config import common_config, producer_config
from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.record import OutgoingRecord
from tests.support.kafka_jars import JarsBroker
from tests.support.kafka_secured import FORMATTER, SecuredBroker, settings_of
from tests.support.services import StartService
from tests.support.topics import TOPICS
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(
        not JarsBroker.is_available(),
        reason="needs Java 17 and the jars of Apache Kafka: it sets up a broker with TLS and SASL",
    ),
]


@pytest.fixture(scope="module")
def secured() -> Iterator[SecuredBroker]:
    broker = SecuredBroker()
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def test_both_clients_connect_by_tls_and_sasl(
    secured: SecuredBroker, start_service: StartService
) -> None:
    settings = settings_of(secured.settings)
    admin = AdminClient(common_config(settings))
    for created in admin.create_topics([NewTopic(name, 2, 1) for name in TOPICS.values()]).values():
        created.result(30)
    check_topics(settings, tuple(TOPICS.values()))
    publisher = ConfluentPublisher(lambda: Producer(producer_config(settings)))
    publisher.publish(OutgoingRecord("raw-invoices", b"i-1", b"no record of ours"))
    publisher.close(10)

    formatter = start_service("invoice-formatter", secured.settings | FORMATTER)

    formatter.wait_until_ready()
    eventually(
        lambda: (
            'invoice_connector_invoices_failed_total{code="malformed-record"'
            in formatter.ask("/metrics")[1]
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"KAFKA_SASL_PASSWORD": "wrong"}, id="a wrong password"),
        pytest.param({"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}, id="no TLS"),
    ],
)
def test_a_refused_client_is_told_so(secured: SecuredBroker, change: dict[str, str]) -> None:
    with pytest.raises(StartupError, match="does not answer"):
        check_topics(settings_of(secured.settings | change), tuple(TOPICS.values()))
