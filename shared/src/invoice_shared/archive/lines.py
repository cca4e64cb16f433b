"""From records to the archived object. Pure; the same records give the same bytes."""

import gzip
from collections.abc import Iterable
from typing import Any

from invoice_shared.filing import original_of
from invoice_shared.record import Record
from invoice_shared.serde import dumps, loads


def archived_object(records: Iterable[Record]) -> bytes:
    """Give one line a record, compressed. ``mtime=0``: a header with the time would differ on every repeat."""
    return gzip.compress(b"".join(line(record) + b"\n" for record in records), mtime=0)


def line(record: Record) -> bytes:
    """Give the record's own object with its position added; what is no JSON object is wrapped as ``original``."""
    position = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    try:
        return dumps(_object(record) | position)
    except ValueError:
        return dumps({"original": original_of(record.key, record.headers, record.value).model_dump()} | position)


def _object(record: Record) -> dict[str, Any]:
    tree = loads(record.value or b"")
    if not isinstance(tree, dict):
        raise ValueError("JSON, but not an object")
    return tree
