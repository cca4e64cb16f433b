"""Convert failures to rows of the table ``failures`` and back. Pure."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_operations.view.cases import Case, Place, case_of
from invoice_operations.view.entry import Entry
from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.serde import from_bytes
from invoice_shared.types import decimal_text, time_text

PLAIN = (
    "failure_id",
    "key",
    "stage",
    "code",
    "reason",
    "invoice_id",
    "customer_id",
    "destination",
    "retryable",
    "attempts",
    "replay_id",
    "replay_count",
    "state",
    "currency",
    "documents",
)
COLUMNS = (
    *PLAIN,
    "failed_at",
    "source_topic",
    "source_partition",
    "source_offset",
    "partition",
    "offset",
    "timestamp",
    "total",
)
Row = Sequence[Any]


def case_in(entry: Entry, topic: str) -> Case | None:
    """Return a failure from the errors topic; ``None`` if the record is not one."""
    try:
        failure = from_bytes(InvoiceFailure, entry.value)
    except MalformedRecord:
        return None
    return case_of(failure, Place(topic, entry.partition, entry.offset), entry.key)


def row_of(case: Case, timestamp: int | None) -> Row:
    """Return a failure's row; ``timestamp`` is its record's."""
    source, place = case.source, case.place
    return (
        *(_storable(getattr(case, name)) for name in PLAIN),
        time_text(case.failed_at),
        *(
            (None, None, None)
            if source is None
            else (source.topic, source.partition, source.offset)
        ),
        *((None, None) if place is None else (place.partition, place.offset)),
        timestamp,
        None if case.total is None else decimal_text(case.total),
    )


def case_from(row: Row, topic: str) -> Case:
    """Return the failure of a row; ``topic`` is the errors topic."""
    facts = dict(zip(COLUMNS, row, strict=True))
    plain = {name: facts[name] for name in PLAIN}
    retryable, total = facts["retryable"], facts["total"]
    return Case(
        **plain
        | {
            "retryable": None if retryable is None else bool(retryable),
            "failed_at": datetime.fromisoformat(facts["failed_at"]),
            "source": _place(
                facts["source_topic"], facts["source_partition"], facts["source_offset"]
            ),
            "place": _place(topic, facts["partition"], facts["offset"]),
            "total": None if total is None else Decimal(total),
        }
    )


def _place(topic: str | None, partition: int | None, offset: int | None) -> Place | None:
    if topic is None or partition is None or offset is None:
        return None
    return Place(topic, partition, offset)


def _storable(value: Any) -> Any:
    """Return a value for SQLite, whose texts cannot contain half a surrogate pair."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
