"""Read failure records from the archive as if from the errors topic."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from invoice_operations.archive.choice import select
from invoice_shared.archive.archive import ObjectUnreadable, StoredObject
from invoice_shared.record import Record
from invoice_shared.serde import loads


class ReadsArchive(Protocol):
    """See ``invoice_shared.archive.s3_archive.S3Archive``; raises ``ArchiveUnavailable``."""

    def listed(self, prefix: str) -> list[StoredObject]:
        """List the objects whose key starts so."""

    def get(self, key: str) -> bytes:
        """Return an object's bytes. Also raises ``ObjectUnreadable``."""


class ArchiveReader:
    """Reads one object at a time.

    ``unreadable`` says by key why an object was skipped.
    """

    def __init__(self, archive: ReadsArchive, prefix: str, topic: str) -> None:
        self._archive = archive
        self._prefix = prefix
        self._topic = topic
        self.unreadable: dict[str, str] = {}

    def read(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Record]:
        """Yield the lines of all objects for the period as records at their old positions."""
        for key in select(self._archive.listed(self._prefix), self._topic, since, until):
            yield from self._records_of(key)

    def _records_of(self, key: str) -> list[Record]:
        try:
            return records_in(self._archive.get(key))
        except ObjectUnreadable as error:
            self.unreadable[key] = str(error)
            return []


def records_in(content: bytes) -> list[Record]:
    """Unpack an object. Raises ``ObjectUnreadable`` if it is not what the error-sink writes."""
    try:
        lines = gzip.decompress(content).split(b"\n")
        return [_record(loads(line), line) for line in lines if line]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise ObjectUnreadable(
            f"is damaged ({type(error).__name__}). Restore an older version"
        ) from error


def _record(tree: Any, line: bytes) -> Record:
    topic, partition, offset = tree["topic"], tree["partition"], tree["offset"]
    if not (isinstance(topic, str) and isinstance(partition, int) and isinstance(offset, int)):
        raise TypeError
    return Record(topic, partition, offset, key=None, value=line)
