"""Where an invoice is: its whole way through the topics."""

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
    """``facts``: see ``history.summary``. ``steps`` are in the order of time."""

    facts: dict[str, Any]
    steps: list[Event]


def status_of(invoice_id: str, clients: AsksGroups) -> Status:
    """Read an invoice's way.

    Raises ``NotFound`` if no topic knows it, and what the clients raise.
    """
    kafka, reader, view = clients.kafka, clients.reader(), clients.view()
    ways = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
    # Asked first: what was consumed by now shows in the records and the ledger that are read later.
    groups = {topic: services_among(clients.groups(topic)) for topic in ways}
    key, partitions = invoice_id.encode(), view.partitions_of(invoice_id)
    topics = (*ways, kafka.invoice_errors_topic, kafka.invoice_outcomes_topic)
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
    waiting = [
        record for record in records if record.topic in ways and waits(record, groups[record.topic])
    ]
    return Status(summary(invoice_id, known, waiting), steps)
