"""Turn records into the archived object. Pure: the same records give the same bytes."""

import gzip
from collections.abc import Iterable
from typing import Any

from invoice_shared.original import original_of
from invoice_shared.record import Record
from invoice_shared.serde import encode, loads

# Measured on one batch: 13 % faster than level 9, with objects a fifth larger. Only people wait for
# an archive.
LEVEL = 6


def lines_of(records: Iterable[Record]) -> bytes:
    """Return one line per record."""
    return b"".join(line(record) + b"\n" for record in records)


def archived_object(records: Iterable[Record]) -> bytes:
    """Return the compressed lines.

    ``mtime=0`` because a header with the time would differ on every repeat.
    """
    return gzip.compress(lines_of(records), LEVEL, mtime=0)


def holds_the_same(content: bytes | None, records: Iterable[Record]) -> bool:
    """Whether an object's uncompressed lines match these records, up to the shorter of both."""
    archived = content.splitlines() if content else []
    return bool(archived) and all(
        ours == line(record) for ours, record in zip(archived, records, strict=False)
    )


def line(record: Record) -> bytes:
    """Return the record's JSON object with its position; others are wrapped as ``original``."""
    position = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    try:
        return encode(_object(record) | position)
    except ValueError:
        return encode(
            {"original": original_of(record.key, record.headers, record.value).model_dump()}
            | position
        )


def _object(record: Record) -> dict[str, Any]:
    tree = loads(record.value or b"")
    if not isinstance(tree, dict):
        raise ValueError("JSON, but not an object")
    return tree
