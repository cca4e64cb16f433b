"""Put a batch, then tell how far the offsets may move. Adopts what an earlier life had put already."""

from collections.abc import Sequence

from invoice_shared.archive.archive import Archive, ArchiveUnavailable
from invoice_shared.archive.lines import archived_object
from invoice_shared.archive.object_key import end_of, object_key, start_prefix
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)


class ArchiveHandler:
    """Returns once the records are durable. A crash right after leaves an object that the next life adopts."""

    def __init__(self, archive: Archive, prefix: str, metrics: Metrics) -> None:
        self._archive = archive
        self._prefix = prefix
        self._metrics = metrics
        self._ours: set[TopicPartition] = set()

    def archive(self, records: Sequence[Record]) -> int:
        """Store consecutive records of one partition; give the last offset that is stored, which may lie beyond them.

        Raises ``ArchiveUnavailable``; nothing has changed then.
        """
        first = records[0]
        adopted = self._adopt(first)
        return adopted if adopted is not None else self._put(first, records)

    def forget(self, partition: TopicPartition) -> None:
        """Say that a partition was given away: another process may put objects there from now on."""
        self._ours.discard(partition)

    def _adopt(self, first: Record) -> int | None:
        """Find the object that already starts at ``first``; after the first miss, only we write to this partition."""
        if first.topic_partition in self._ours:
            return None
        keys = self._archive.keys(start_prefix(self._prefix, first))
        if not keys:
            self._ours.add(first.topic_partition)
            return None
        end = max(end_of(key) for key in keys)
        log.info("adopted an object that was put before a crash", position=first.position, end=end)
        return end

    def _put(self, first: Record, records: Sequence[Record]) -> int:
        end = records[-1].offset
        key = object_key(self._prefix, first, end)
        try:
            self._archive.put(key, archived_object(records))
        except ArchiveUnavailable:
            self.forget(first.topic_partition)  # it may be there all the same: look for it before the next put
            raise
        self._metrics.archived(len(records))
        log.info("failures archived", key=key, count=len(records))
        return end
