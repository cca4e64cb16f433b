"""What the outside does to a process: a broker restored to an earlier state, a bucket in another
region.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from invoice_simulators.metronome.webhooks import signed_request
from tests.e2e.raw import PATH, SECRET, RawClient, head
from tests.support.any_server import any_server, written
from tests.support.kafka_jars import JarsBroker
from tests.support.s3 import CREDENTIALS
from tests.support.services import Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

EVENT = {
    "id": "ev-1",
    "type": "invoice.finalized",
    "properties": {"invoice_id": "inv-1", "customer_id": "cus-1"},
}
REGION = "eu-west-1"


@pytest.fixture
def own_broker() -> Iterator[JarsBroker]:
    broker = JarsBroker()
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.mark.skipif(
    not JarsBroker.is_available(), reason="needs Java 17 and the jars of Apache Kafka"
)
def test_a_webhook_accepts_events_again_after_its_broker_was_restored(
    own_broker: JarsBroker, start_service: StartService
) -> None:
    topics = Topics(own_broker.bootstrap_servers)
    topics.create()
    webhook = start_service(
        "invoice-webhook", topics.settings | {"METRONOME_WEBHOOK_SECRET": SECRET}
    )
    webhook.wait_until_ready()
    assert [deliver(webhook) for _ in range(5)] == [200] * 5
    own_broker.save()
    eventually(lambda: deliver(webhook) == 200, timeout=60)
    assert [deliver(webhook) for _ in range(5)] == [200] * 5

    own_broker.restore()

    eventually(lambda: deliver(webhook) == 200, timeout=90)
    webhook.wait_until_ready()
    assert webhook.ask("/livez")[0] == 200
    assert "producer replaced" in webhook.output()
    assert "Traceback" not in webhook.output()


def test_a_bucket_in_another_region_is_reported_and_the_process_keeps_running(
    start_service: StartService, topics: Topics
) -> None:
    with any_server() as store:
        store.answer = written(301, {"x-amz-bucket-region": REGION}, b"")
        sink = start_service(
            "invoice-error-sink", topics.settings | CREDENTIALS | {"AWS_ENDPOINT_URL_S3": store.url}
        )
        eventually(lambda: REGION in sink.ask("/readyz")[1], timeout=60)
        never(lambda: sink.is_ready() or not sink.is_running(), during=5)

    assert sink.ask("/livez")[0] == 200
    assert "Traceback" not in sink.output()


def deliver(webhook: Service) -> int:
    headers, body = signed_request(EVENT, SECRET, datetime.now(UTC))
    with RawClient(webhook.webhook_port) as client:
        request = head({**headers, "Content-Length": len(body)}, path=PATH)
        return client.send(request, body).answer()[0]
