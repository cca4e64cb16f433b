"""Failure records from the archive, as if they came from the errors topic."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from invoice_operations.archive.choice import select
from invoice_operations.errors import NeedsAttention
from invoice_shared.record import Record
from invoice_shared.serde import loads


class ReadsArchive(Protocol):
    """See ``invoice_shared.archive.s3_archive.S3Archive``; raises ``ArchiveUnavailable``."""

    def keys(self, prefix: str) -> list[str]:
        """Name the objects whose key starts so."""

    def get(self, key: str) -> bytes:
        """Give an object's bytes."""


class ArchiveReader:
    """Reads one object after the other; holds one at a time."""

    def __init__(self, archive: ReadsArchive, prefix: str, topic: str) -> None:
        self._archive = archive
        self._prefix = prefix
        self._topic = topic

    def read(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Record]:
        """Yield the lines of all objects that can hold failures of the time, as records at their old places."""
        for key in select(self._archive.keys(self._prefix), self._topic, since, until):
            yield from records_of(key, self._archive.get(key))


def records_of(key: str, content: bytes) -> Iterator[Record]:
    """Unpack an object. Raises ``NeedsAttention`` if it is not what the error-sink writes."""
    try:
        lines = gzip.decompress(content).split(b"\n")
        trees = [(loads(line), line) for line in lines if line]
        for tree, line in trees:
            yield Record(tree["topic"], tree["partition"], tree["offset"], key=None, value=line)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise NeedsAttention(f"The archived object {key} cannot be read: {type(error).__name__}.") from error
