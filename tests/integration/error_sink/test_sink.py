"""The real ``invoice-error-sink`` between a real broker and a real S3 server, through outages and
SIGKILLs.
"""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from confluent_kafka import Consumer

from invoice_shared.archive.jsonl import archived_object
from invoice_shared.archive.object_key import object_key
from invoice_shared.kafka.records import records_of
from invoice_shared.record import Record
from tests.support.s3 import Bucket
from tests.support.services import Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker

SINK = "invoice-error-sink"


@pytest.fixture
def start_sink(start_service: StartService, topics: Topics, s3: Bucket) -> Callable[[], Service]:
    settings = topics.settings | s3.settings | {"KAFKA_CONSUMER_GROUP": topics.group(SINK)}
    limits = {"ERROR_SINK_MAX_SECONDS": "0.5", "ERROR_SINK_MAX_RECORDS": "20"}
    return lambda: start_service(SINK, settings | limits)


def fail(topics: Topics, numbers: range) -> None:
    """Put failures on the topic that are identified by their numbers."""
    topics.produce(
        "invoice-errors",
        [(f"i-{number}".encode(), f'{{"number":{number}}}'.encode()) for number in numbers],
    )


def numbers(s3: Bucket) -> list[int]:
    return sorted(line["number"] for line in s3.all_lines())


def has_more_than(s3: Bucket, count: int) -> bool:
    return len(s3.keys()) > count


def test_an_s3_outage_loses_and_duplicates_nothing(
    topics: Topics, s3: Bucket, start_sink: Callable[[], Service]
) -> None:
    sink = start_sink()
    sink.wait_until_ready()
    fail(topics, range(100))
    eventually(lambda: len(s3.all_lines()) == 100)

    s3.proxy.refuse()
    fail(topics, range(100, 200))
    eventually(lambda: not sink.is_ready())
    s3.proxy.allow()

    eventually(lambda: len(s3.all_lines()) >= 200, timeout=90)
    eventually(sink.is_ready)
    assert numbers(s3) == list(range(200))


def test_each_failure_is_archived_exactly_once_despite_kills_at_any_time(
    topics: Topics, s3: Bucket, start_sink: Callable[[], Service]
) -> None:
    for life in range(5):
        sink = start_sink()
        fail(topics, range(life * 60, life * 60 + 60))
        eventually(
            partial(has_more_than, s3, len(s3.keys())), timeout=90
        )  # some are stored, others are not
        sink.kill()

    start_sink()

    eventually(lambda: topics.lag(SINK, "invoice-errors") == 0, timeout=90)
    assert numbers(s3) == list(range(300))


def test_an_object_that_another_replica_stored_without_a_commit_is_adopted(
    topics: Topics, s3: Bucket, start_sink: Callable[[], Service]
) -> None:
    start_sink()
    fail(topics, range(60))
    eventually(lambda: numbers(s3) == list(range(60)))

    other = other_replica(topics)
    try:
        fail(topics, range(60, 120))
        put(s3, eventually(lambda: list(records_of(other.consume(100, 0.5))), timeout=60))
    finally:
        other.close()
    fail(topics, range(120, 180))

    eventually(lambda: topics.lag(SINK, "invoice-errors") == 0, timeout=90)
    assert numbers(s3) == list(range(180))


def other_replica(topics: Topics) -> Consumer:
    """Return a member of the sink's group that has partitions."""
    consumer = Consumer(
        {
            "bootstrap.servers": topics.bootstrap_servers,
            "group.id": topics.group(SINK),
            "enable.auto.commit": False,
            "partition.assignment.strategy": "cooperative-sticky",
        }
    )
    consumer.subscribe([topics.name("invoice-errors")])
    eventually(lambda: consumer.poll(0.1) or consumer.assignment(), timeout=60)
    return consumer


def put(s3: Bucket, records: Sequence[Record]) -> None:
    """Store the records as the sink does, one object per partition."""
    for partition in {each.partition for each in records}:
        batch = [each for each in records if each.partition == partition]
        key = object_key("errors/", batch[0], batch[-1].offset)
        s3.client.put_object(Bucket=s3.name, Key=key, Body=archived_object(batch))
