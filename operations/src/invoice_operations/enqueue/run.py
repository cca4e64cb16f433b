"""Enqueue one Metronome invoice, as its webhook would have."""

from invoice_operations.clients import Clients
from invoice_operations.decide.decider import Decider, Person
from invoice_operations.errors import InvalidRequest
from invoice_operations.raw_records import raw_record
from invoice_shared.decision import Decision


def enqueue(invoice_id: str, customer_id: str, clients: Clients, person: Person) -> Decision:
    """Publish the decision, then the raw record; both are acknowledged.

    The decision comes first: a crash in between leaves an audit entry without a record, and
    repeating the command adds it. Repeating is safe, because existing documents are looked up.

    Raises ``InvalidRequest`` for an empty id, or ``PublishFailed``.
    """
    if not invoice_id.strip() or not customer_id.strip():
        raise InvalidRequest("Use the invoice's id and --customer-id as Metronome shows them.")
    name, topics = invoice_id.strip(), clients.kafka
    record = raw_record(
        name, customer_id.strip(), "manual", topics.raw_invoices_topic, clients.clock.now()
    )
    with clients.publisher() as publisher:
        decider = Decider(publisher, topics.invoice_decisions_topic, person, clients.clock)
        decision = decider.decide("enqueue", name)
        publisher.publish(record)
    return decision
