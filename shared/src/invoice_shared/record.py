"""One Kafka record as a plain value, consumed or to be published. Imports no Kafka library."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Headers = tuple[tuple[str, bytes], ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The last millisecond of the year 9999.
_LATEST = 253_402_300_799_999


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """One record to publish. ``smaller`` is sent instead if the topic refuses the record's size."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    smaller: "OutgoingRecord | None" = None


class TopicPartition(NamedTuple):
    """One partition of a topic. A tuple, because it is built and hashed often per record."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """A consumed record, byte for byte. ``timestamp`` is in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int = 0

    @property
    def topic_partition(self) -> TopicPartition:
        """The record's topic and partition."""
        return TopicPartition(self.topic, self.partition)

    @property
    def position(self) -> str:
        """``topic[partition]@offset``, the form used in every log line."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def time(self) -> datetime:
        """The record's time, UTC.

        Producers may set any number, so it is limited to the calendar's range.
        """
        return _EPOCH + timedelta(milliseconds=min(max(self.timestamp, 0), _LATEST))

    def header(self, name: str) -> bytes | None:
        """Return the last value of a header, as Kafka's own ``lastHeader`` does."""
        return next((value for key, value in reversed(self.headers) if key == name), None)
