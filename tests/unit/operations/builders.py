"""Records as the services write them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import failure_key
from invoice_shared.ledger_key import DocumentId, LedgerKey
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.value import Value


def record_in(
    topic: str,
    offset: int,
    value: BaseModel | Value | bytes | None,
    key: str,
    **changes: Any,
) -> Record:
    """Return a record of partition 0; ``at`` is its time."""
    at: datetime | None = changes.pop("at", None)
    timestamp = int(at.timestamp() * 1000) if at else 0
    raw = value if value is None or isinstance(value, bytes) else serde.to_bytes(value)
    return Record(
        topic,
        changes.pop("partition", 0),
        offset,
        key.encode(),
        raw,
        timestamp=timestamp,
        **changes,
    )


def in_ledger(offset: int, outcome: Outcome, **changes: Any) -> Record:
    """Return a record of the ledger."""
    return record_in(
        "invoice-outcomes", offset, outcome, outcome.invoice_id, at=outcome.settled_at, **changes
    )


def document_in_ledger(offset: int, created: Outcome, **changes: Any) -> Record:
    """Return the record that a document has of its own."""
    document = DocumentId(created.destination or "", created.provider_document_id or "")
    key = LedgerKey(created.invoice_id, document).encode().decode()
    return record_in("invoice-outcomes", offset, created, key, at=created.settled_at, **changes)


def in_errors(offset: int, failure: InvoiceFailure, **changes: Any) -> Record:
    """Return a record of the errors topic."""
    return record_in(
        "invoice-errors",
        offset,
        failure,
        failure_key(failure).decode(),
        at=failure.failed_at,
        **changes,
    )
