"""Where an invoice is: its whole way through the topics."""

from dataclasses import dataclass
from typing import Any

from invoice_operations.clients import Clients
from invoice_operations.errors import NotFound
from invoice_operations.view.history import Event, events, summary
from invoice_operations.view.ledger import fold
from invoice_operations.view.span import Span


@dataclass(frozen=True, slots=True)
class Status:
    """``facts`` are those of the ledger's newest entry, and the ``state``; ``steps`` are in the order of time."""

    facts: dict[str, Any]
    steps: list[Event]


def status_of(invoice_id: str, clients: Clients) -> Status:
    """Read an invoice's way. Raises ``NotFound`` if no topic knows it, and what the clients raise."""
    kafka, reader = clients.kafka, clients.reader()
    span = Span(keys=frozenset({invoice_id.encode()}))
    topics = (
        kafka.raw_invoices_topic,
        kafka.formatted_invoices_topic,
        kafka.invoice_errors_topic,
        kafka.invoice_outcomes_topic,
    )
    records = [record for topic in topics for record in reader.read(topic, span)]
    if not records:
        raise NotFound(
            f"No topic knows the invoice {invoice_id}. If Metronome shows it as finalized, its webhook was lost: "
            "invoices reconcile --since 7d --fix brings it in."
        )
    ledger = fold((each for each in records if each.topic == kafka.invoice_outcomes_topic), lambda *_: True)
    steps = events(records, kafka)
    return Status(summary(invoice_id, ledger.get(invoice_id), steps, kafka), steps)
