"""Build the raw record of an invoice without an event. Pure."""

from datetime import datetime

from invoice_shared.headers import EVENT_ID
from invoice_shared.invoice import RawInvoice, Source
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes


def raw_record(
    invoice_id: str, customer_id: str, source: Source, topic: str, now: datetime
) -> OutgoingRecord:
    """Return the record, whose event id names the ``source``."""
    event_id = f"{source}-{invoice_id}"
    raw = RawInvoice(
        event_id=event_id,
        invoice_id=invoice_id,
        customer_id=customer_id,
        received_at=now,
        source=source,
        payload={},
    )
    return OutgoingRecord(
        topic, invoice_id.encode(), to_bytes(raw), ((EVENT_ID, event_id.encode()),)
    )
