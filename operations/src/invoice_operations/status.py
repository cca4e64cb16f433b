"""The status of an invoice: its whole way through the topics."""

from dataclasses import dataclass
from typing import Any

from invoice_operations.errors import NotFound
from invoice_operations.view.history import Event, events, summary
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.records_of import records_of_key
from invoice_operations.waiting import AsksGroups, services_among, waits

NOTHING = KnownInvoice()


@dataclass(frozen=True, slots=True)
class Status:
    """See ``history.summary`` for ``facts``. ``steps`` are in chronological order."""

    facts: dict[str, Any]
    steps: list[Event]


def status_of(invoice_id: str, clients: AsksGroups) -> Status:
    """Return an invoice's status.

    Raises ``NotFound`` if no topic contains it, and what the clients raise.
    """
    kafka, reader, view = clients.kafka, clients.reader(), clients.view()
    ways = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
    # Asked first, because the results of consumed records are visible in what is read later.
    groups = {topic: services_among(clients.groups(topic)) for topic in ways}
    key, partitions = invoice_id.encode(), view.partitions_of(invoice_id)
    topics = (*ways, kafka.invoice_errors_topic, kafka.invoice_outcomes_topic)
    records = [
        record for topic in topics for record in records_of_key(reader, topic, key, partitions)
    ]
    view.refresh()  # the records include what was entered meanwhile
    known = view.invoice(invoice_id)
    if not records and known == NOTHING:
        raise NotFound(
            f"No topic contains the invoice {invoice_id}. If Metronome shows it as finalized, its"
            " webhook was lost: enqueue it with invoices reconcile --since 7d --fix"
        )
    steps = events(records, kafka)
    waiting = [
        record for record in records if record.topic in ways and waits(record, groups[record.topic])
    ]
    return Status(summary(invoice_id, known, waiting), steps)
