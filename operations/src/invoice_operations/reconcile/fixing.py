"""Bringing lost invoices in: the raw record that each webhook would have become. And what was seen of documents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from invoice_operations.reconcile.finding import Finding
from invoice_shared.filing import settlement_records
from invoice_shared.headers import EVENT_ID
from invoice_shared.invoice import RawInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes
from invoice_shared.settings import KafkaSettings
from invoice_shared.types import time_text


@dataclass(frozen=True, slots=True)
class Enqueuing:
    """Where lost invoices go. What was issued before ``not_before`` is left to a person: others may have billed it."""

    publisher: Publisher
    topic: str
    now: datetime
    not_before: datetime | None = None


def enqueue_lost(findings: Iterable[Finding], to: Enqueuing) -> Iterator[Finding]:
    """Enqueue what is lost as it passes; each is acknowledged before it is passed on as enqueued."""
    for finding in findings:
        if not finding.is_lost:
            yield finding
        elif to.not_before and finding.issued_at and finding.issued_at < to.not_before:
            why = f"Not enqueued: it was issued before {time_text(to.not_before)}, when nothing was billed from here."
            yield replace(finding, detail=f"{finding.detail} {why}")
        else:
            to.publisher.publish(raw_record(finding, to.topic, to.now))
            yield finding.enqueued()


def raw_record(finding: Finding, topic: str, now: datetime) -> OutgoingRecord:
    """Return the record; there was no event, so its id says where the invoice comes from."""
    invoice_id = finding.invoice_id or ""
    event_id = f"reconcile-{invoice_id}"
    raw = RawInvoice(
        event_id=event_id,
        invoice_id=invoice_id,
        customer_id=finding.customer_id or "",
        received_at=now,
        source="reconcile",
        payload={},
    )
    return OutgoingRecord(topic, invoice_id.encode(), to_bytes(raw), ((EVENT_ID, event_id.encode()),))


def note_document(document: Outcome, publisher: Publisher, topics: KafkaSettings) -> None:
    """Enter what was seen of a document that the ledger knows. Raises ``PublishFailed``."""
    for record in settlement_records(None, None, documents=(document,), headers=(), topics=topics):
        publisher.publish(record)
