"""Build what is published once a record ended: failure record and ledger entry.

Pure.

``settlement_records`` is the only way to file a failure or enter an outcome; its callers only
publish.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from invoice_shared import headers as names
from invoice_shared.errors import MalformedRecord, Rejected, kept_body
from invoice_shared.failure import Code, InvoiceFailure, SourcePosition, Stage
from invoice_shared.ledger_key import LedgerKey
from invoice_shared.original import as_bytes, as_text, original_of
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers, OutgoingRecord, Record
from invoice_shared.serde import to_bytes
from invoice_shared.settings import KafkaSettings
from invoice_shared.tracing import trace_id


@dataclass(frozen=True, slots=True)
class About:
    """What a failure is about, as far as known."""

    invoice_id: str | None = None
    customer_id: str | None = None
    destination: str | None = None


UNKNOWN = About()


def failure_of(
    record: Record,
    *,
    stage: Stage,
    error: Rejected | MalformedRecord,
    attempts: int,
    now: datetime,
    about: About = UNKNOWN,
) -> InvoiceFailure:
    """Return the failure for a consumed record.

    A redelivered record gets the same ``failure_id``.
    """
    code: Code = error.code if isinstance(error, Rejected) else "malformed-record"
    return InvoiceFailure(
        failure_id=digest(stage, code, record.topic, str(record.partition), str(record.offset)),
        stage=stage,
        code=code,
        # It may quote the other system, whose JSON may escape half a surrogate pair.
        reason=error.reason.encode(errors="replace").decode(),
        retryable=error.retryable if isinstance(error, Rejected) else False,
        attempts=attempts,
        failed_at=now,
        invoice_id=about.invoice_id or _invoice_id(record, error),
        customer_id=about.customer_id,
        destination=about.destination,
        provider_response=error.response if isinstance(error, Rejected) else None,
        source=SourcePosition(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            timestamp=record.time,
        ),
        original=original_of(record.key, record.headers, record.value),
        trace_id=trace_id(),
    )


def failure_of_body(
    body: bytes, reason: str, *, about: About, headers: Headers, now: datetime
) -> InvoiceFailure:
    """Return the failure for a signed request without a usable event; it came from no topic.

    Metronome's repeats of an event get the same ``failure_id``.
    """
    return InvoiceFailure(
        failure_id=digest("webhook", "unusable-event", hashlib.sha256(body).hexdigest()),
        stage="webhook",
        code="unusable-event",
        reason=reason,
        # These ids are enough to fetch the invoice.
        retryable=about.invoice_id is not None and about.customer_id is not None,
        attempts=1,
        failed_at=now,
        invoice_id=about.invoice_id,
        customer_id=about.customer_id,
        destination=None,
        provider_response=None,
        source=SourcePosition(),
        original=original_of(None, headers, body),
        trace_id=trace_id(),
    )


def settlement_records(
    failure: InvoiceFailure | None,
    outcome: Outcome | None,
    *,
    documents: Sequence[Outcome] = (),
    headers: Headers,
    topics: KafkaSettings,
) -> tuple[OutgoingRecord, ...]:
    """Return what to publish once a record ended: documents, the failure, the ledger entry.

    Documents come first: a crash in between then never hides that one exists.

    Publishing them again changes nothing: the failure has the same id, and the newest ledger entry
    counts. If a topic refuses the size, the failure goes without the original's value and the entry
    with a shorter reason.
    """
    records = tuple(
        OutgoingRecord(
            topics.invoice_outcomes_topic,
            document.document_key.encode(),
            to_bytes(document),
            headers,
        )
        for document in documents
        if document.document_key is not None
    )
    if failure is not None:
        topic, key = topics.invoice_errors_topic, failure_key(failure)
        without = OutgoingRecord(topic, key, to_bytes(without_value(failure)), headers)
        records += (OutgoingRecord(topic, key, to_bytes(failure), headers, without),)
    if outcome is not None:
        topic, key = topics.invoice_outcomes_topic, LedgerKey(outcome.invoice_id).encode()
        shorter = _with_short_reason(outcome)
        smaller = (
            None if shorter is None else OutgoingRecord(topic, key, to_bytes(shorter), headers)
        )
        records += (OutgoingRecord(topic, key, to_bytes(outcome), headers, smaller),)
    return records


def failed_outcome(failure: InvoiceFailure, known: Outcome | None = None) -> Outcome | None:
    """Return a failure's ledger entry, based on ``known``; ``None`` without an invoice id."""
    if failure.invoice_id is None:
        return None
    base = known or Outcome(
        invoice_id=failure.invoice_id, outcome="failed", settled_at=failure.failed_at
    )
    return base.model_copy(
        update=facts_of(failure)
        | {
            "outcome": "failed",
            "customer_id": failure.customer_id or base.customer_id,
            "destination": failure.destination or base.destination,
            "settled_at": failure.failed_at,
        }
    )


def facts_of(failure: InvoiceFailure) -> dict[str, object]:
    """Return what a ledger entry contains of a failure, also if the document was created."""
    return {
        "stage": failure.stage,
        "code": failure.code,
        "reason": failure.reason,
        "failure_id": failure.failure_id,
    }


def failure_key(failure: InvoiceFailure) -> bytes:
    """Return a failure's key: invoice id, else event id, else SHA-256 of the value.

    A failure that was read back without its value has its own id as the last resort.
    """
    original = failure.original
    event_id = next((header[1] for header in original.headers if header[0] == names.EVENT_ID), None)
    if key := failure.invoice_id or event_id:
        return key.encode()
    if original.omitted is not None:
        return failure.failure_id.encode()
    return hashlib.sha256(as_bytes(original.value, original.encoding) or b"").hexdigest().encode()


def without_value(failure: InvoiceFailure) -> InvoiceFailure:
    """Return the failure without the original's value, which is still at ``source``."""
    original = failure.original
    size = len(as_bytes(original.value, original.encoding) or b"")
    return failure.model_copy(
        update={
            "original": original.model_copy(
                update={"value": None, "encoding": None, "omitted": size}
            )
        }
    )


def _with_short_reason(outcome: Outcome) -> Outcome | None:
    # A reason may name every product of an invoice; the failure record has all of it.
    if outcome.reason is None:
        return None
    return outcome.model_copy(update={"reason": kept_body(outcome.reason)})


def digest(*parts: str) -> str:
    """Return the SHA-256 of the parts, joined by newlines, as 64 hex digits."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _invoice_id(record: Record, error: Rejected | MalformedRecord) -> str | None:
    if isinstance(error, MalformedRecord) and error.invoice_id:
        return error.invoice_id
    key, encoding = as_text(record.key)
    return key if key and encoding is None else None
