"""Put a batch, and return the last stored offset.

An object that an earlier process put before its crash is adopted.
"""

import gzip
import zlib
from collections.abc import Sequence

from invoice_error_sink.earlier_objects import EarlierObjects
from invoice_shared.archive.archive import Archive, ObjectUnreadable
from invoice_shared.archive.jsonl import archived_object, holds_the_same, lines_of
from invoice_shared.archive.object_key import object_key, parse_key
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)


class ArchiveHandler:
    """Archives batches. The records are durable when ``archive`` returns.

    After a crash between put and commit, the next process adopts the object.
    """

    def __init__(self, archive: Archive, prefix: str, metrics: Metrics) -> None:
        self._archive = archive
        self._prefix = prefix
        self._metrics = metrics
        self._earlier = EarlierObjects(archive, prefix)

    def forget(self, partition: TopicPartition) -> None:
        """Drop a revoked partition, to which another process may add objects."""
        self._earlier.forget(partition)

    def archive(self, records: Sequence[Record]) -> int:
        """Store consecutive records of one partition; return the last offset that is stored.

        It is after ``records`` if an earlier process's object contains more.
        Raises ``ArchiveUnavailable``, without a change.
        """
        first = records[0]
        others = self._earlier.starting_with(records)
        for key in others:
            found = parse_key(key)
            if found is not None and holds_the_same(self._content(key), records):
                log.info(
                    "adopted an object that was put before a crash",
                    position=first.position,
                    key=key,
                )
                return found.end
        return self._put(first, records, is_contested=bool(others))

    def _content(self, key: str) -> bytes | None:
        try:
            return gzip.decompress(self._archive.get(key))
        # It is not an object of ours, despite its name, or it was moved to cold storage.
        except (OSError, EOFError, zlib.error, ObjectUnreadable):
            return None

    def _put(self, first: Record, records: Sequence[Record], *, is_contested: bool) -> int:
        end = records[-1].offset
        lines = lines_of(records) if is_contested else None
        key = object_key(self._prefix, first, end, distinguished_by=lines)
        self._archive.put(key, archived_object(records))
        self._metrics.archived(len(records))
        log.info("failures archived", key=key, count=len(records))
        return end
