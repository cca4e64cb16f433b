"""From a record of the ledger to the row that is stored of it. Pure."""

from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from invoice_operations.view.entry import Entry
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import Frozen
from invoice_shared.ledger_key import LedgerKey
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_bytes

# What a row is: an invoice's event, a document by its own record, or a document that only an older event names.
EVENT, DOCUMENT, OLDER_DOCUMENT = 0, 1, 2


class LedgerRow(NamedTuple):
    """The columns of the table ``ledger``. ``value=None`` is a tombstone.

    ``document`` names a document as its key does, ``{destination}:{document id}``; an event has none.
    ``failure_id`` is set if the event leaves something open.
    """

    invoice_id: str
    kind: int
    document: str
    partition: int
    offset: int
    timestamp: int
    failure_id: str | None
    value: bytes | None


class _Head(Frozen):
    """The few fields that rows are found by: reading these takes a tenth of what a whole ``Outcome`` takes."""

    schema_version: Literal[1]
    invoice_id: str = Field(min_length=1)
    outcome: Literal["created", "skipped", "failed", "resolved"]
    failure_id: str | None = None


def row_of(entry: Entry) -> LedgerRow | None:
    """Return what to store of a record; ``None`` if it says nothing about an invoice."""
    key = LedgerKey.decode(entry.key or b"")
    kind = EVENT if key.document is None else DOCUMENT
    document = document_text(key)
    if entry.value is None:
        return LedgerRow(key.invoice_id, kind, document, *entry[:3], None, None)
    if (head := _head(entry.value)) is None:
        return None
    failure_id = _open_failure(head) if kind == EVENT else None
    return LedgerRow(head.invoice_id, kind, document, *entry[:3], failure_id, entry.value)


def document_text(key: LedgerKey | None) -> str:
    """Return the name of a key's document as a row has it; empty if there is none."""
    document = None if key is None else key.document
    return "" if document is None else f"{document.destination}:{document.document_id}"


def outcome_in(value: bytes | None) -> Outcome | None:
    """Read an outcome; ``None`` if it is none."""
    try:
        return from_bytes(Outcome, value)
    except MalformedRecord:
        return None


def _head(value: bytes) -> _Head | None:
    try:
        return _Head.model_validate_json(value)
    except ValidationError:
        # None of ours; or with half a surrogate pair in a text, which only the exact reader takes.
        outcome = outcome_in(value)
    return None if outcome is None else _Head.model_validate(outcome.model_dump())


def _open_failure(head: _Head) -> str | None:
    """Return the failure that a person must see to: why it failed, or why a created one could not be reported."""
    if head.outcome == "failed":
        return head.failure_id or head.invoice_id
    return head.failure_id if head.outcome == "created" else None
