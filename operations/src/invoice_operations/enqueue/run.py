"""Enqueuing one invoice of Metronome's, as its webhook would have."""

from invoice_operations.clients import Clients
from invoice_operations.decide.decider import Decider, Person
from invoice_operations.errors import InvalidRequest
from invoice_shared.decision import Decision
from invoice_shared.headers import EVENT_ID
from invoice_shared.invoice import RawInvoice
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes


def enqueue(invoice_id: str, customer_id: str, clients: Clients, person: Person) -> Decision:
    """Write the decision down, then the raw record; both are acknowledged. Repeatable: what exists is looked up.

    Raises ``InvalidRequest`` for an empty id, and ``PublishFailed``.
    """
    if not invoice_id.strip() or not customer_id.strip():
        raise InvalidRequest("Give the invoice's id and --customer-id, as Metronome shows them.")
    record = raw_record(invoice_id.strip(), customer_id.strip(), clients)
    with clients.publisher() as publisher:
        decider = Decider(publisher, clients.kafka.invoice_decisions_topic, person, clients.clock)
        decision = decider.decide("enqueue", invoice_id.strip())
        publisher.publish(record)
    return decision


def raw_record(invoice_id: str, customer_id: str, clients: Clients) -> OutgoingRecord:
    """Return the record; there was no event, so its id says where the invoice comes from."""
    event_id = f"manual-{invoice_id}"
    raw = RawInvoice(
        event_id=event_id,
        invoice_id=invoice_id,
        customer_id=customer_id,
        received_at=clients.clock.now(),
        source="manual",
        payload={},
    )
    topic = clients.kafka.raw_invoices_topic
    return OutgoingRecord(topic, invoice_id.encode(), to_bytes(raw), ((EVENT_ID, event_id.encode()),))
