"""Build the record that replays a failure. Pure."""

from datetime import datetime

from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.headers import EVENT_ID
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.original import as_bytes, headers_of
from invoice_shared.record import Headers, OutgoingRecord
from invoice_shared.serde import from_bytes, to_bytes
from invoice_shared.settings import KafkaSettings


class CannotReplay(Exception):
    """This failure cannot be replayed; the message says what to do instead."""


def start_over(failure: InvoiceFailure, settings: KafkaSettings) -> OutgoingRecord:
    """Restart at ``raw-invoices``, where Metronome is asked again and a new mapping applies.

    The raw record is sent unchanged if the failure contains it; else a new one is built with its
    ids.
    """
    raw = settings.raw_invoices_topic
    is_whole = failure.code != "malformed-record" and failure.original.omitted is None
    if failure.source.topic == raw and is_whole:
        return put_back(failure, settings)
    if failure.invoice_id is None:
        raise CannotReplay(
            "It names no invoice. Find it in Metronome by its date, and enqueue it with: "
            "invoices reconcile --since 7d --fix"
        )
    if failure.customer_id is None:
        raise CannotReplay(
            f"It names no customer. Try: invoices replay raw --invoice-id {failure.invoice_id}, "
            "or: invoices reconcile --since 7d --fix"
        )
    headers = headers_of(failure.original)
    value = to_bytes(_raw_of(failure, failure.invoice_id, failure.customer_id, headers))
    return OutgoingRecord(raw, failure.invoice_id.encode(), value, headers)


def put_back(failure: InvoiceFailure, settings: KafkaSettings) -> OutgoingRecord:
    """Return the failed record itself, unchanged, for its own topic."""
    source, original = failure.source, failure.original
    if source.topic is None:
        raise CannotReplay(
            "It came from Metronome's webhook, not from a topic, and contained no usable invoice."
        )
    if source.topic not in (settings.raw_invoices_topic, settings.formatted_invoices_topic):
        raise CannotReplay(
            f"It came from {source.topic}, which is not a topic of this installation."
        )
    if original.omitted is not None:
        raise CannotReplay(
            "Its record was too large to be kept; it is at"
            f" {source.topic}[{source.partition}]@{source.offset}. Use --restart raw."
        )
    key = as_bytes(original.key, original.key_encoding)
    return OutgoingRecord(
        source.topic, key, as_bytes(original.value, original.encoding), headers_of(original)
    )


def _raw_of(
    failure: InvoiceFailure, invoice_id: str, customer_id: str, headers: Headers
) -> RawInvoice:
    event_id = next(
        (value.decode("utf-8", "replace") for name, value in headers if name == EVENT_ID), None
    )
    finalized_at, received_at = _times(failure)
    return RawInvoice(
        event_id=event_id or failure.failure_id,
        invoice_id=invoice_id,
        customer_id=customer_id,
        finalized_at=finalized_at,
        received_at=received_at or failure.source.timestamp or failure.failed_at,
        source="manual",
        payload={},
    )


def _times(failure: InvoiceFailure) -> tuple[datetime | None, datetime | None]:
    try:
        document = from_bytes(
            FormattedInvoice, as_bytes(failure.original.value, failure.original.encoding)
        )
    except MalformedRecord:
        return None, None
    return document.finalized_at, document.received_at
