"""Find the objects that an earlier process may have stored for the same records.

Only the reader of a partition adds objects to it, so one listing is valid for all later records of
the same hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_shared.archive.archive import Archive
from invoice_shared.archive.object_key import hour_prefix, start_prefix
from invoice_shared.record import Record, TopicPartition


@dataclass(frozen=True, slots=True)
class _Seen:
    """An hour's listing; valid for objects that start at ``since`` or later."""

    hour: str
    since: int
    keys: tuple[str, ...]


class EarlierObjects:
    """Lists once per partition and hour, and again if the listing may have changed."""

    def __init__(self, archive: Archive, prefix: str) -> None:
        self._archive = archive
        self._prefix = prefix
        self._seen: dict[TopicPartition, _Seen] = {}

    def starting_with(self, records: Sequence[Record]) -> list[str]:
        """Return the keys of the objects that start at the first of consecutive records.

        A listing is used only once per offset, because a put may have followed. Raises
        ``ArchiveUnavailable``.
        """
        first = records[0]
        keys = self._keys(first)
        self._seen[first.topic_partition] = _Seen(
            hour_prefix(self._prefix, first), records[-1].offset + 1, keys
        )
        start = start_prefix(self._prefix, first)
        return [key for key in keys if key.startswith(start)]

    def forget(self, partition: TopicPartition) -> None:
        """Drop a revoked partition, to which another process may add objects."""
        self._seen.pop(partition, None)

    def _keys(self, first: Record) -> tuple[str, ...]:
        hour, seen = hour_prefix(self._prefix, first), self._seen.get(first.topic_partition)
        if seen is not None and seen.hour == hour and first.offset >= seen.since:
            return seen.keys
        found = self._archive.listed(hour, after=start_prefix(self._prefix, first))
        return tuple(each.key for each in found)
