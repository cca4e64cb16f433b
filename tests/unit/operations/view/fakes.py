"""The partitions of a broker in memory, behind those methods of a consumer that reading needs."""

from collections.abc import Callable, Iterable
from typing import cast

from confluent_kafka import KafkaError, Message, TopicPartition

from invoice_operations.view.reading_to_end import PARTITION_EOF
from tests.unit.shared.kafka.fakes import FakeMessage


class FakeConsumer:
    """Returns the given messages per call of ``consume``; ``more`` is what a producer has written
    meanwhile.
    """

    def __init__(
        self, *calls: Iterable[FakeMessage], more: Callable[[], Iterable[FakeMessage]] | None = None
    ) -> None:
        self._calls = [list(call) for call in calls]
        self._more = more
        self.assigned: dict[int, int] = {}

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned = {each.partition: each.offset for each in partitions}

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        if self._calls:
            return cast("list[Message]", self._calls.pop(0))
        return cast("list[Message]", list(self._more()) if self._more else [])


def end(partition: int, offset: int) -> FakeMessage:
    """Return the event that a partition has no more records now."""
    return FakeMessage(partition, offset, error=KafkaError(PARTITION_EOF))
