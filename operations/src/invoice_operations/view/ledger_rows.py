"""Convert ledger records to rows. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from invoice_operations.view.entry import Entry
from invoice_shared.errors import MalformedRecord
from invoice_shared.ledger_key import MARK, LedgerKey
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_bytes

# The kinds of rows: an invoice's event, a document's own record, or a document that only an older
# event names.
EVENT = 0
DOCUMENT = 1
OLDER_DOCUMENT = 2
DOCUMENT_MARK = MARK.encode()


# The columns of the table ``ledger``: invoice id, kind, document, partition, offset, timestamp,
# failure id, value. The document is ``{destination}:{document id}``, as in its key; an event has
# none. The failure id is set if the event leaves something open. A row without a value is a
# tombstone. It is a plain tuple, because there are millions.
LedgerRow = tuple[str, int, str, int, int, int, str | None, bytes | None]


class _Head(TypedDict):
    """The fields for finding rows. Reading them takes a tenth of a whole ``Outcome``'s time."""

    schema_version: Literal[1]
    invoice_id: Annotated[str, Field(min_length=1)]
    outcome: Literal["created", "skipped", "failed", "resolved"]
    failure_id: NotRequired[str | None]


# Without the adapter's wrapper, because it is called for each record of the ledger.
_HEADS = TypeAdapter(_Head).validator


def row_of(entry: Entry) -> LedgerRow | None:
    """Return a record's row; ``None`` if it is not about an invoice."""
    partition, offset, timestamp, key, value = entry
    document = (
        document_text(LedgerKey.decode(key)) if key is not None and DOCUMENT_MARK in key else ""
    )
    kind = DOCUMENT if document else EVENT
    if value is None:
        invoice_id = LedgerKey.decode(key or b"").invoice_id
        return invoice_id, kind, document, partition, offset, timestamp, None, None
    if (head := _head(value)) is None:
        return None
    failure_id = _open_failure(head) if kind == EVENT else None
    return head["invoice_id"], kind, document, partition, offset, timestamp, failure_id, value


def document_text(key: LedgerKey | None) -> str:
    """Return a key's document as text for a row; empty if there is none."""
    document = None if key is None else key.document
    return "" if document is None else f"{document.destination}:{document.document_id}"


def outcome_in(value: bytes | None) -> Outcome | None:
    """Return an outcome; ``None`` if the value is not one."""
    try:
        return from_bytes(Outcome, value)
    except MalformedRecord:
        return None


def _head(value: bytes) -> _Head | None:
    try:
        head: _Head = _HEADS.validate_json(value)
        return head
    except ValidationError:
        # Not ours, or with half a surrogate pair in a text, which only the exact reader accepts.
        outcome = outcome_in(value)
    return None if outcome is None else _HEADS.validate_python(outcome.model_dump())


def _open_failure(head: _Head) -> str | None:
    """Return the id of the failure that a person must act on, if any."""
    failure_id = head.get("failure_id")
    if head["outcome"] == "failed":
        return failure_id or head["invoice_id"]
    return failure_id if head["outcome"] == "created" else None
