"""Enqueue lost invoices as their webhooks would have, and correct the ledger.

The ledger learns which documents were removed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from invoice_operations.raw_records import raw_record
from invoice_operations.reconcile.finding import Finding
from invoice_shared.filing import settlement_records
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord
from invoice_shared.settings import KafkaSettings
from invoice_shared.types import time_text


@dataclass(frozen=True, slots=True)
class Enqueuing:
    """Where lost invoices are enqueued.

    Invoices issued before ``not_before`` are left to a person, because others may have billed them.
    """

    publisher: Publisher
    topic: str
    now: datetime
    not_before: datetime | None = None


def enqueue_lost(findings: Iterable[Finding], to: Enqueuing) -> Iterator[Finding]:
    """Enqueue lost invoices; yield each finding once its record is acknowledged."""
    for finding in findings:
        if not finding.is_lost:
            yield finding
        elif to.not_before and finding.issued_at and finding.issued_at < to.not_before:
            why = (
                f"Not enqueued: it was issued before {time_text(to.not_before)}, when this"
                " installation billed nothing."
            )
            yield replace(finding, detail=f"{finding.detail} {why}")
        else:
            to.publisher.publish(record_of(finding, to.topic, to.now))
            yield finding.enqueued()


def record_of(finding: Finding, topic: str, now: datetime) -> OutgoingRecord:
    """Return the raw record of a finding's invoice."""
    return raw_record(finding.invoice_id or "", finding.customer_id or "", "reconcile", topic, now)


def note_document(document: Outcome, publisher: Publisher, topics: KafkaSettings) -> None:
    """Enter the observed state of a ledger document. Raises ``PublishFailed``."""
    for record in settlement_records(None, None, documents=(document,), headers=(), topics=topics):
        publisher.publish(record)
