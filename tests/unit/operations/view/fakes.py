"""The partitions of a broker in memory, behind those methods of a consumer that reading needs."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from confluent_kafka import KafkaError, Message, TopicPartition

from invoice_operations.view.reading_to_end import PARTITION_EOF


class FakeMessage:
    """A record, or an event of its partition if it has an ``error``."""

    def __init__(
        self,
        partition: int,
        offset: int,
        at: int = 0,
        *,
        key: bytes | None = None,
        value: bytes | None = None,
        error: KafkaError | None = None,
    ) -> None:
        self._facts: dict[str, Any] = {
            "partition": partition,
            "offset": offset,
            "key": key,
            "value": value,
        }
        self._at = at
        self._error = error

    def topic(self) -> str:
        return "topic"

    def partition(self) -> int:
        return int(self._facts["partition"])

    def offset(self) -> int:
        return int(self._facts["offset"])

    def key(self) -> bytes | None:
        return cast("bytes | None", self._facts["key"])

    def value(self) -> bytes | None:
        return cast("bytes | None", self._facts["value"])

    def headers(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, self._at

    def error(self) -> KafkaError | None:
        return self._error


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
