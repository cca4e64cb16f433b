"""From a record that failed to what is written about it: the failure record and the ledger's entry. Pure."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from invoice_shared import headers as names
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.failure import Code, InvoiceFailure, Original, SourcePosition, Stage
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers, Record
from invoice_shared.tracing import trace_id


@dataclass(frozen=True, slots=True)
class About:
    """Whom a failure concerns, as far as it is known."""

    invoice_id: str | None = None
    customer_id: str | None = None
    destination: str | None = None


NOBODY_KNOWN = About()


def failure_of(
    record: Record,
    *,
    stage: Stage,
    error: Rejected | MalformedRecord,
    attempts: int,
    now: datetime,
    about: About = NOBODY_KNOWN,
) -> InvoiceFailure:
    """Describe why a consumed record ended as a failure. A redelivery of the record gives the same ``failure_id``."""
    code: Code = error.code if isinstance(error, Rejected) else "malformed-record"
    return InvoiceFailure(
        failure_id=digest(stage, code, record.topic, str(record.partition), str(record.offset)),
        stage=stage,
        code=code,
        # It may quote the other side, whose JSON may escape half a surrogate pair.
        reason=error.reason.encode(errors="replace").decode(),
        retryable=error.retryable if isinstance(error, Rejected) else False,
        attempts=attempts,
        failed_at=now,
        invoice_id=about.invoice_id or _invoice_id(record, error),
        customer_id=about.customer_id,
        destination=about.destination,
        provider_response=error.response if isinstance(error, Rejected) else None,
        source=SourcePosition(
            topic=record.topic, partition=record.partition, offset=record.offset, timestamp=record.time
        ),
        original=original_of(record.key, record.headers, record.value),
        trace_id=trace_id(),
    )


def failed_outcome(failure: InvoiceFailure, known: Outcome | None = None) -> Outcome | None:
    """Give the ledger's entry for a failure, over what is ``known`` of the invoice; none without an invoice id."""
    if failure.invoice_id is None:
        return None
    base = known or Outcome(invoice_id=failure.invoice_id, outcome="failed", settled_at=failure.failed_at)
    return base.model_copy(
        update={
            "outcome": "failed",
            "stage": failure.stage,
            "code": failure.code,
            "reason": failure.reason,
            "failure_id": failure.failure_id,
            "customer_id": failure.customer_id or base.customer_id,
            "destination": failure.destination or base.destination,
            "settled_at": failure.failed_at,
        }
    )


def failure_key(failure: InvoiceFailure) -> bytes:
    """Key of a failure record: the invoice id, else the event id, else the SHA-256 of the value."""
    event_id = next((header[1] for header in failure.original.headers if header[0] == names.EVENT_ID), None)
    value = as_bytes(failure.original.value, failure.original.encoding) or b""
    key = failure.invoice_id or event_id or hashlib.sha256(value).hexdigest()
    return key.encode()


def without_value(failure: InvoiceFailure) -> InvoiceFailure:
    """Leave the original's value out, for a topic that refuses the record as too large; it still lies at ``source``."""
    original = failure.original
    size = len(as_bytes(original.value, original.encoding) or b"")
    return failure.model_copy(
        update={"original": original.model_copy(update={"value": None, "encoding": None, "omitted": size})}
    )


def original_of(key: bytes | None, headers: Headers, value: bytes | None) -> Original:
    """Keep a record's key, headers and value so that they can be put back byte for byte."""
    key_text, key_encoding = as_text(key)
    value_text, encoding = as_text(value)
    kept = tuple(_header_as_text(name, content) for name, content in headers)
    return Original(key=key_text, key_encoding=key_encoding, headers=kept, value=value_text, encoding=encoding)


def headers_of(original: Original) -> Headers:
    """Give the headers as they were consumed."""
    return tuple((name, as_bytes(text, *encoding) or b"") for name, text, *encoding in original.headers)


def _header_as_text(name: str, content: bytes) -> tuple[str, str] | tuple[str, str, Literal["base64"]]:
    text, encoding = as_text(content)
    return (name, text or "") if encoding is None else (name, text or "", encoding)


def as_text(raw: bytes | None) -> tuple[str | None, None] | tuple[str, Literal["base64"]]:
    """Give bytes as UTF-8 text, or as base64 with that encoding named."""
    if raw is None:
        return None, None
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"


def as_bytes(text: str | None, encoding: str | None = None) -> bytes | None:
    """Undo ``as_text``."""
    if text is None:
        return None
    return base64.b64decode(text) if encoding == "base64" else text.encode()


def digest(*parts: str) -> str:
    """SHA-256 over the parts, one a line, as 64 hex digits."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _invoice_id(record: Record, error: Rejected | MalformedRecord) -> str | None:
    if isinstance(error, MalformedRecord) and error.invoice_id:
        return error.invoice_id
    key, encoding = as_text(record.key)
    return key if key and encoding is None else None
