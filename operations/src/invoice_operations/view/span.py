"""Which part of a topic to read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from invoice_shared.record import Record

# Kafka's offsets have 64 bits.
MAX_OFFSET = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a topic: by the records' time (``until`` is exclusive), position and key.

    ``starts`` are first offsets by partition; ``from_offset`` applies to all. ``ends`` are the
    offsets after the last ones by partition, or ``None`` for the present end.
    """

    since: datetime | None = None
    until: datetime | None = None
    partition: int | None = None
    from_offset: int | None = None
    keys: frozenset[bytes] | None = None
    starts: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] | None = None

    def first(self, partition: int) -> int:
        """Return the first offset to read in a partition."""
        return max(self.from_offset or 0, self.starts.get(partition, 0))

    def last(self, partition: int) -> int:
        """Return the last offset to read in a partition."""
        return MAX_OFFSET if self.ends is None else self.ends.get(partition, 0) - 1

    def holds(self, record: Record) -> bool:
        """Whether a record's time is in the span.

        Times in a partition need not rise, so each record is checked.
        """
        return (self.since is None or record.time >= self.since) and (
            self.until is None or record.time < self.until
        )


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class Bounds:
    """A partition's first and last offset to read, and the next one that the broker named."""

    start: int
    named_end: int
    last: int = MAX_OFFSET
