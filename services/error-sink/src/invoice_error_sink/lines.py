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
    return dumps(_object(record) | position)


def _object(record: Record) -> dict[str, Any]:
    try:
        tree = loads(record.value or b"")
    except ValueError:
        tree = None
    if isinstance(tree, dict):
        return tree
    return {"original": original_of(record.key, record.headers, record.value).model_dump()}
