from itertools import count

import pytest
from confluent_kafka import KafkaError, KafkaException

from invoice_operations.view.reading_to_end import (
    AUTO_OFFSET_RESET,
    PATIENCE_SECONDS,
    milliseconds,
    read_to_end,
)
from invoice_operations.view.span import Bounds
from tests.fakes import START, FakeClock
from tests.unit.operations.view.fakes import FakeConsumer, end
from tests.unit.shared.kafka.fakes import FakeMessage

CLOCK = FakeClock()
BEGAN = milliseconds(START)
BEFORE = BEGAN
AFTER = BEGAN + 1


def places(consumer: FakeConsumer, bounds: dict[int, Bounds]) -> list[tuple[int, int]]:
    batches = read_to_end(consumer, "topic", bounds, CLOCK)
    return [
        (message.partition() or 0, message.offset() or 0) for batch in batches for message in batch
    ]


def test_a_record_after_the_named_end_is_read_if_it_was_there_when_reading_began() -> None:
    consumer = FakeConsumer(
        [FakeMessage(0, 0, BEFORE), FakeMessage(0, 1, BEFORE), FakeMessage(0, 2, BEFORE), end(0, 3)]
    )

    assert places(consumer, {0: Bounds(0, named_end=1)}) == [(0, 0), (0, 1), (0, 2)]


def test_reading_ends_although_records_keep_coming() -> None:
    offsets = count(1)
    consumer = FakeConsumer(
        [FakeMessage(0, 0, BEFORE)],
        more=lambda: [FakeMessage(0, next(offsets), AFTER) for _ in range(3)],
    )

    assert places(consumer, {0: Bounds(0, named_end=1)}) == [(0, 0)]


def test_a_producer_whose_clock_is_ahead_hides_nothing_before_the_named_end() -> None:
    consumer = FakeConsumer(
        [FakeMessage(0, 0, AFTER), FakeMessage(0, 1, BEFORE), FakeMessage(0, 2, AFTER)]
    )

    assert places(consumer, {0: Bounds(0, named_end=2)}) == [(0, 0), (0, 1)]


def test_gaps_before_the_end_do_not_matter() -> None:
    """Compaction removes records, and the last offsets may be the markers of a transaction."""
    consumer = FakeConsumer([FakeMessage(0, 7, BEFORE)], [], [end(0, 12)])

    assert places(consumer, {0: Bounds(3, named_end=12)}) == [(0, 7)]


@pytest.mark.parametrize(
    "bound",
    [pytest.param(Bounds(0, 0), id="empty"), pytest.param(Bounds(9, 9), id="all records expired")],
)
def test_a_partition_without_records_ends_with_its_event(bound: Bounds) -> None:
    assert places(FakeConsumer([], [end(0, bound.start)]), {0: bound}) == []


def test_each_partition_ends_independently() -> None:
    consumer = FakeConsumer(
        [FakeMessage(0, 0, BEFORE), end(0, 1), FakeMessage(0, 1, AFTER), FakeMessage(1, 5, BEFORE)],
        [FakeMessage(1, 6, AFTER), FakeMessage(1, 7, BEFORE)],
    )

    assert places(consumer, {0: Bounds(0, 1), 1: Bounds(5, 6)}) == [(0, 0), (1, 5)]
    assert consumer.assigned == {0: 0, 1: 5}


def test_nothing_is_read_without_partitions() -> None:
    assert places(FakeConsumer(), {}) == []


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        pytest.param(AUTO_OFFSET_RESET, id="AUTO_OFFSET_RESET"),
    ],
)
def test_a_refusal_by_the_broker_is_raised(code: int) -> None:
    consumer = FakeConsumer([FakeMessage(0, 0, error=KafkaError(code))])

    with pytest.raises(KafkaException):
        places(consumer, {0: Bounds(0, 1)})


def test_errors_of_the_client_itself_are_ignored() -> None:
    lost = FakeMessage(-1, -1, error=KafkaError(KafkaError._ALL_BROKERS_DOWN))

    assert places(FakeConsumer([lost], [FakeMessage(0, 0), end(0, 1)]), {0: Bounds(0, 1)}) == [
        (0, 0)
    ]


def test_a_silent_broker_is_given_up() -> None:
    clock = FakeClock()

    def nothing() -> list[FakeMessage]:
        clock.advance(PATIENCE_SECONDS / 2)
        return []

    with pytest.raises(KafkaException, match="no record of topic"):
        list(read_to_end(FakeConsumer(more=nothing), "topic", {0: Bounds(0, 1)}, clock))
