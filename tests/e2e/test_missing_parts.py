"""A topic or the bucket is missing at the start: one clear line, not ready, and a start by itself
once it exists.
"""

import pytest

from tests.e2e.connector import Connector
from tests.support.any_server import any_server, written
from tests.support.broker import Broker
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import SERVICES, Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.e2e, pytest.mark.broker]


@pytest.mark.parametrize("script", SERVICES)
def test_a_service_waits_for_a_missing_topic_and_starts_when_it_appears(
    start_service: StartService, outside: Outside, broker: Broker, s3: Bucket, script: str
) -> None:
    topics = Topics(broker.bootstrap_servers)
    connector = Connector(start_service, outside, topics, s3)

    service = start_service(script, connector.settings(script))
    assert eventually(lambda: service.ask("/readyz")[0], timeout=60, every=0.01) == 503, (
        "its first answer"
    )
    eventually(lambda: lines_with(service, "invoices topics"), timeout=60)
    never(lambda: service.is_ready() or not service.is_running(), during=5)
    status, missing = service.ask("/readyz")

    assert (status, "topics" in missing) == (503, True)
    assert 'invoice_connector_not_ready{part="kafka"} 1.0' in service.ask("/metrics")[1]
    assert len(lines_with(service, "invoices topics")) == 1
    assert "Traceback" not in service.output()

    topics.create()

    service.wait_until_ready()


def test_the_error_sink_waits_for_a_missing_bucket_and_starts_when_it_appears(
    start_service: StartService, outside: Outside, topics: Topics, missing_s3: Bucket
) -> None:
    connector = Connector(start_service, outside, topics, missing_s3)
    topics.produce("invoice-errors", [("a", b"kept until there is a bucket")])

    sink = start_service("invoice-error-sink", connector.settings("invoice-error-sink"))
    eventually(lambda: lines_with(sink, "does not exist"), timeout=60)
    never(lambda: sink.is_ready() or not sink.is_running(), during=5)

    assert len(lines_with(sink, "does not exist")) == 1
    assert "Traceback" not in sink.output()

    missing_s3.create()

    sink.wait_until_ready()
    assert (
        eventually(missing_s3.all_lines)[0]["original"]["value"] == "kept until there is a bucket"
    )


def test_the_error_sink_names_the_region_of_its_bucket_and_works_once_it_is_set(
    start_service: StartService, outside: Outside, topics: Topics, s3: Bucket
) -> None:
    connector = Connector(start_service, outside, topics, s3)
    topics.produce("invoice-errors", [("a", b"kept until the region is right")])
    settings = connector.settings("invoice-error-sink")

    with any_server() as elsewhere:
        elsewhere.answer = written(301, {"x-amz-bucket-region": "eu-west-1"}, b"")
        sink = start_service(
            "invoice-error-sink", settings | {"AWS_ENDPOINT_URL_S3": elsewhere.url}
        )
        eventually(lambda: "region eu-west-1" in sink.ask("/readyz")[1], timeout=60)
        never(lambda: not sink.is_running(), during=5)
        metrics = sink.ask("/metrics")[1]
        sink.terminate(25)
    sink = start_service("invoice-error-sink", settings)

    assert 'invoice_connector_not_ready{part="bucket"} 1.0' in metrics
    assert 'invoice_connector_call_seconds_count{outcome="unavailable",system="s3"}' in metrics
    sink.wait_until_ready()
    assert eventually(s3.all_lines)[0]["original"]["value"] == "kept until the region is right"


@pytest.mark.parametrize("script", SERVICES)
def test_a_service_names_the_address_of_a_broker_that_does_not_answer(
    start_service: StartService, outside: Outside, s3: Bucket, script: str
) -> None:
    nowhere = Connector(start_service, outside, Topics("127.0.0.1:1"), s3)

    service = start_service(script, nowhere.settings(script))
    eventually(lambda: "127.0.0.1:1" in service.ask("/readyz")[1], timeout=60)

    assert service.ask("/readyz")[0] == 503
    assert service.ask("/livez")[0] == 200
    assert "Traceback" not in service.output()
    assert service.terminate(25) == 0


def lines_with(service: Service, text: str) -> list[str]:
    return [line for line in service.output().splitlines() if text in line]
