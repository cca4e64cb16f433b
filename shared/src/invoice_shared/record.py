"""One Kafka record as a plain value; imports no Kafka library."""

from dataclasses import dataclass
from datetime import UTC, datetime

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, order=True)
class TopicPartition:
    """One partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """What was consumed, byte for byte. ``timestamp`` is in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int = 0

    @property
    def topic_partition(self) -> TopicPartition:
        """Where the record lies, without the offset."""
        return TopicPartition(self.topic, self.partition)

    @property
    def position(self) -> str:
        """``topic[partition]@offset``, the form used in every log line."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def time(self) -> datetime:
        """The broker's time of the record, UTC."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    def header(self, name: str) -> bytes | None:
        """Give the last value of a header, as Kafka's own ``lastHeader`` does."""
        return next((value for key, value in reversed(self.headers) if key == name), None)
