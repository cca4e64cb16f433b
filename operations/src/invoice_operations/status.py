"""Where an invoice is: its whole way through the topics."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from invoice_operations.errors import NotFound
from invoice_operations.view.history import Event, events, summary
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.records_of import records_of_key
from invoice_operations.waiting import AsksGroups, services_among, waits
from invoice_shared.record import Record

NOTHING = KnownInvoice()


@dataclass(frozen=True, slots=True)
class Status:
    """``facts``: see ``history.summary``. ``steps`` are in the order of time."""

    facts: dict[str, Any]
    steps: list[Event]


def status_of(invoice_id: str, clients: AsksGroups) -> Status:
    """Read an invoice's way.

    Raises ``NotFound`` if no topic knows it, and what the clients raise.
    """
    kafka, reader, view = clients.kafka, clients.reader(), clients.view()
    key, partitions = invoice_id.encode(), view.partitions_of(invoice_id)
    topics = (
        kafka.raw_invoices_topic,
        kafka.formatted_invoices_topic,
        kafka.invoice_errors_topic,
        kafka.invoice_outcomes_topic,
    )
    records = [
        record for topic in topics for record in records_of_key(reader, topic, key, partitions)
    ]
    view.refresh()  # what was entered meanwhile is in the records, too
    known = view.invoice(invoice_id)
    if not records and known == NOTHING:
        raise NotFound(
            f"No topic knows the invoice {invoice_id}. If Metronome shows it as finalized, its"
            " webhook was lost: invoices reconcile --since 7d --fix brings it in."
        )
    steps = events(records, kafka)
    ways = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
    on_its_way = [record for record in records if record.topic in ways]
    return Status(summary(invoice_id, known, _waiting(on_its_way, clients)), steps)


def _waiting(records: Iterable[Record], clients: AsksGroups) -> list[Record]:
    """Return those of the records that no service has consumed."""
    by_topic: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_topic[record.topic].append(record)
    groups = {topic: services_among(clients.groups(topic)) for topic in by_topic}
    return [
        record
        for topic, found in by_topic.items()
        for record in found
        if waits(record, groups[topic])
    ]
