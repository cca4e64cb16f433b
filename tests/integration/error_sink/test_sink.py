"""The real ``invoice-error-sink`` between a real broker and a real S3 server, through outages and
SIGKILLs.
"""

from collections.abc import Callable
from functools import partial

import pytest

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
    """Put failures on the topic that are known by their number."""
    topics.produce(
        "invoice-errors",
        [(f"i-{number}".encode(), f'{{"number":{number}}}'.encode()) for number in numbers],
    )


def numbers(s3: Bucket) -> list[int]:
    return sorted(line["number"] for line in s3.all_lines())


def has_more_than(s3: Bucket, count: int) -> bool:
    return len(s3.keys()) > count


def test_while_s3_is_away_nothing_is_lost_and_afterwards_nothing_is_there_twice(
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


def test_killed_at_any_moment_each_failure_is_archived_exactly_once(
    topics: Topics, s3: Bucket, start_sink: Callable[[], Service]
) -> None:
    for life in range(5):
        sink = start_sink()
        fail(topics, range(life * 60, life * 60 + 60))
        eventually(
            partial(has_more_than, s3, len(s3.keys())), timeout=90
        )  # some are put, others are not
        sink.kill()

    start_sink()

    eventually(lambda: topics.lag(SINK, "invoice-errors") == 0, timeout=90)
    assert numbers(s3) == list(range(300))
