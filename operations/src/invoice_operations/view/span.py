"""Which part of a topic is read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from invoice_shared.record import Record

# Kafka's offsets have 64 bits.
MAX_OFFSET = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a topic: by the broker's time of the records (``until`` is exclusive), by place, by
    key.

    ``starts`` are first offsets by partition, ``from_offset`` is one for all. ``ends`` are the offsets
    after the last ones, by partition; ``None``: up to the end.
    """

    since: datetime | None = None
    until: datetime | None = None
    partition: int | None = None
    from_offset: int | None = None
    keys: frozenset[bytes] | None = None
    starts: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] | None = None

    def first(self, partition: int) -> int:
        """Return the first offset to read of a partition."""
        return max(self.from_offset or 0, self.starts.get(partition, 0))

    def last(self, partition: int) -> int:
        """Return the last offset to read of a partition."""
        return MAX_OFFSET if self.ends is None else self.ends.get(partition, 0) - 1

    def holds(self, record: Record) -> bool:
        """Whether a record's time is inside.

        Times of a partition need not rise, so each is looked at.
        """
        return (self.since is None or record.time >= self.since) and (
            self.until is None or record.time < self.until
        )


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one partition the first and the last offset to read, and the next one that the broker
    named beforehand.
    """

    start: int
    named_end: int
    last: int = MAX_OFFSET
