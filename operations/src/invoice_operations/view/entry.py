"""A record of a followed topic: where it is and what it says, without what the view does not need.

Pure.
"""

from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """``timestamp`` is in milliseconds since the epoch. A tuple, since there are millions."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Placed(Protocol):
    """What comes from a record and still says from which."""

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
    """Whether a record of a key came after another one of the same key.

    Within a partition the offset decides. A key has two partitions only if some were added: then
    the broker's time.
    """
    if one.partition == other.partition:
        return one.offset > other.offset
    return one.timestamp >= other.timestamp
