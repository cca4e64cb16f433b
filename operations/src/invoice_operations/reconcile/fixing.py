"""Bringing lost invoices in: the raw record that each webhook would have become.

And what was seen of documents.
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
    """Where lost invoices go.

    What was issued before ``not_before`` is left to a person: others may have billed it.
    """

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
            why = (
                f"Not enqueued: it was issued before {time_text(to.not_before)}, when nothing was"
                " billed from here."
            )
            yield replace(finding, detail=f"{finding.detail} {why}")
        else:
            to.publisher.publish(record_of(finding, to.topic, to.now))
            yield finding.enqueued()


def record_of(finding: Finding, topic: str, now: datetime) -> OutgoingRecord:
    """Return the raw record of a finding's invoice."""
    return raw_record(finding.invoice_id or "", finding.customer_id or "", "reconcile", topic, now)


def note_document(document: Outcome, publisher: Publisher, topics: KafkaSettings) -> None:
    """Enter what was seen of a document that the ledger knows. Raises ``PublishFailed``."""
    for record in settlement_records(None, None, documents=(document,), headers=(), topics=topics):
        publisher.publish(record)
