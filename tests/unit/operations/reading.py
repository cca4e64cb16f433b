"""Topics in memory, and records as the services write them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from invoice_operations.view.span import WHOLE, Span
from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import failure_key
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings

SETTINGS = KafkaSettings()


class FakeReader:
    """Gives the records that it was given, by the same rules as the real one."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Give the records of a part of a topic."""
        for record in self._records:
            if record.topic == topic and self._is_inside(record, span):
                yield record

    @staticmethod
    def _is_inside(record: Record, span: Span) -> bool:
        return (
            span.partition in (None, record.partition)
            and record.offset >= (span.from_offset or 0)
            and (span.keys is None or record.key in span.keys)
            and span.holds(record)
        )


class FakeArchive:
    """Objects in memory."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self._objects = objects

    def keys(self, prefix: str) -> list[str]:
        """Name the objects whose key starts so."""
        return [name for name in self._objects if name.startswith(prefix)]

    def get(self, key: str) -> bytes:
        """Give an object."""
        return self._objects[key]


def lying(topic: str, offset: int, value: BaseModel | bytes | None, key: str, **changes: Any) -> Record:
    """Give a record of partition 0; ``at`` is its time."""
    at: datetime | None = changes.pop("at", None)
    timestamp = int(at.timestamp() * 1000) if at else 0
    raw = serde.to_bytes(value) if isinstance(value, BaseModel) else value
    return Record(topic, changes.pop("partition", 0), offset, key.encode(), raw, timestamp=timestamp, **changes)


def in_ledger(offset: int, outcome: Outcome, **changes: Any) -> Record:
    """Give a record of the ledger."""
    return lying("invoice-outcomes", offset, outcome, outcome.invoice_id, at=outcome.settled_at, **changes)


def in_errors(offset: int, failure: InvoiceFailure, **changes: Any) -> Record:
    """Give a record of the errors topic."""
    return lying("invoice-errors", offset, failure, failure_key(failure).decode(), at=failure.failed_at, **changes)
