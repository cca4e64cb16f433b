"""Which objects lie where a partition is about to be archived.

Only the reader of a partition adds objects to it, so one question answers for all that follows in
the same hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_shared.archive.archive import Archive
from invoice_shared.archive.object_key import hour_prefix, start_prefix
from invoice_shared.record import Record, TopicPartition


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the archive held of an hour; holds for objects that start at ``since`` or later."""

    hour: str
    since: int
    keys: tuple[str, ...]


class EarlierObjects:
    """Asks once per partition and hour, and again whenever the answer may have changed."""

    def __init__(self, archive: Archive, prefix: str) -> None:
        self._archive = archive
        self._prefix = prefix
        self._seen: dict[TopicPartition, _Seen] = {}

    def starting_with(self, records: Sequence[Record]) -> list[str]:
        """Return the keys of the objects that start where consecutive records do.

        No offset is answered for twice from one question: the first answer may have been followed
        by a put. Raises ``ArchiveUnavailable``.
        """
        first = records[0]
        keys = self._keys(first)
        self._seen[first.topic_partition] = _Seen(
            hour_prefix(self._prefix, first), records[-1].offset + 1, keys
        )
        start = start_prefix(self._prefix, first)
        return [key for key in keys if key.startswith(start)]

    def forget(self, partition: TopicPartition) -> None:
        """Forget a partition that somebody else may add objects to now."""
        self._seen.pop(partition, None)

    def _keys(self, first: Record) -> tuple[str, ...]:
        hour, seen = hour_prefix(self._prefix, first), self._seen.get(first.topic_partition)
        if seen is not None and seen.hour == hour and first.offset >= seen.since:
            return seen.keys
        found = self._archive.listed(hour, after=start_prefix(self._prefix, first))
        return tuple(each.key for each in found)
