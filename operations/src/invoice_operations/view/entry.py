"""A record of a followed topic, reduced to what the view needs.

Pure.
"""

from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """``timestamp`` is in milliseconds since the epoch. A tuple, because there are millions."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Placed(Protocol):
    """A value with the position and time of its record."""

    @property
    def partition(self) -> int:
        """The record's partition."""

    @property
    def offset(self) -> int:
        """The record's offset."""

    @property
    def timestamp(self) -> int:
        """The record's time, in milliseconds since the epoch."""


def is_newer(one: Placed, other: Placed) -> bool:
    """Whether a record came after another one of the same key.

    Within a partition, the offset decides. A key is only in two partitions if some were added; then
    the broker's time decides.
    """
    if one.partition == other.partition:
        return one.offset > other.offset
    return one.timestamp >= other.timestamp
