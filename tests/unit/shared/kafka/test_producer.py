"""A producer that has met a fatal error is replaced, once, and its records are reported as
failed.
"""

from typing import cast

import pytest
from confluent_kafka import KafkaException, Producer

from invoice_shared.kafka.producer import ConfluentPublisher
from invoice_shared.publishing import PublishFailed
from tests.unit.shared.kafka.fakes import FATAL, PASSING, RECORD, FakeProducer


class World:
    """Producers in the order in which they are built; the last one stays."""

    def __init__(self, *producers: FakeProducer) -> None:
        self.built = 0
        self._producers = producers
        self.publisher = ConfluentPublisher(self._build)

    def _build(self) -> Producer:
        self.built += 1
        return cast("Producer", self._producers[min(self.built, len(self._producers)) - 1])


@pytest.mark.parametrize("refuses", [True, False], ids=["at produce", "by a report"])
def test_after_a_fatal_error_the_next_record_goes_out(
    refuses: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(FakeProducer(FATAL, refuses=refuses), FakeProducer())

    with pytest.raises(PublishFailed):
        world.publisher.publish(RECORD)
    world.publisher.publish(RECORD)
    world.publisher.close(1)

    assert world.built == 2
    assert "producer replaced" in capsys.readouterr().out


def test_a_fatal_error_in_poll_neither_ends_the_reports_nor_loses_one() -> None:
    world = World(FakeProducer(FATAL, raised=FATAL), FakeProducer())

    with pytest.raises(PublishFailed):
        world.publisher.publish(RECORD)
    world.publisher.publish(RECORD)
    world.publisher.close(1)

    assert world.built == 2


def test_only_the_first_of_many_failed_records_replaces_the_producer() -> None:
    world = World(FakeProducer(FATAL), FakeProducer())

    answers = [world.publisher.send(RECORD) for _ in range(50)]
    failed = [answer.exception(10) for answer in answers]
    world.publisher.close(1)

    assert {type(error) for error in failed} <= {PublishFailed, type(None)}
    assert world.built == 2


def test_settings_that_no_longer_build_a_producer_are_tried_again() -> None:
    producers = iter([FakeProducer(FATAL, refuses=True), KafkaException(PASSING), FakeProducer()])

    def build() -> Producer:
        found = next(producers)
        if isinstance(found, KafkaException):
            raise found
        return cast("Producer", found)

    publisher = ConfluentPublisher(build)
    for _ in range(2):
        with pytest.raises(PublishFailed):
            publisher.publish(RECORD)

    publisher.publish(RECORD)
    publisher.close(1)


def test_another_error_replaces_nothing() -> None:
    world = World(FakeProducer(PASSING), FakeProducer())

    for _ in range(3):
        with pytest.raises(PublishFailed):
            world.publisher.publish(RECORD)
    world.publisher.close(1)

    assert world.built == 1
