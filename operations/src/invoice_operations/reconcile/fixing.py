"""Bringing lost invoices in: the raw record that each webhook would have become."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from invoice_operations.reconcile.comparison import Finding
from invoice_shared.headers import EVENT_ID
from invoice_shared.invoice import RawInvoice
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes


def enqueue_lost(findings: Iterable[Finding], publisher: Publisher, topic: str, now: datetime) -> Iterator[Finding]:
    """Enqueue what is lost as it passes; each is acknowledged before it is given on as enqueued."""
    for finding in findings:
        if not finding.is_lost:
            yield finding
            continue
        publisher.publish(raw_record(finding, topic, now))
        yield replace(finding, is_enqueued=True, detail=f"{finding.detail} Enqueued.")


def raw_record(finding: Finding, topic: str, now: datetime) -> OutgoingRecord:
    """Write the record; there was no event, so its id says where the invoice comes from."""
    event_id = f"reconcile-{finding.invoice_id}"
    raw = RawInvoice(
        event_id=event_id,
        invoice_id=finding.invoice_id,
        customer_id=finding.customer_id,
        received_at=now,
        source="reconcile",
        payload={},
    )
    return OutgoingRecord(topic, finding.invoice_id.encode(), to_bytes(raw), ((EVENT_ID, event_id.encode()),))
