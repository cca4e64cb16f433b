"""Read a signed body: an invoice, nothing to do, or a failure.

Pure. Classic and flat event shapes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from invoice_shared.invoice import SCHEMA_VERSION
from invoice_shared.serde import encode, loads, text_of
from invoice_shared.types import UtcTime, time_text

FINALIZED = "invoice.finalized"
_TIME: TypeAdapter[datetime] = TypeAdapter(UtcTime)


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is not about a finalized invoice."""

    event_type: str | None


class Finalized(NamedTuple):
    """A finalized invoice: the fields of a ``RawInvoice`` in its order, as in a record.

    They are checked already: as a pydantic model they took a tenth of a request's time.
    """

    schema_version: int
    event_id: str
    invoice_id: str
    customer_id: str
    finalized_at: str | None
    received_at: str
    source: str
    payload: dict[str, Any]


class UnusableEvent(Exception):
    """A signed event that is not usable as an invoice.

    It contains the ids that could be read.
    """

    def __init__(
        self,
        reason: str,
        *,
        event_id: str | None = None,
        invoice_id: str | None = None,
        customer_id: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.event_id = event_id
        self.invoice_id = invoice_id
        self.customer_id = customer_id


def parse(body: bytes, received_at: datetime) -> Finalized | Ignored:
    """Return the event in a signed body.

    Raises ``UnusableEvent`` if it is not a JSON object, or has no ids of an invoice.
    """
    try:
        payload = loads(body)
    except ValueError as error:
        raise UnusableEvent(
            "Metronome sent a signed webhook that is not JSON. Ask Metronome what it was."
        ) from error
    if not isinstance(payload, dict):
        raise UnusableEvent(
            "Metronome sent a signed webhook that is JSON but not an object. Ask Metronome what it"
            " was."
        )
    event_type = payload.get("type")
    if event_type != FINALIZED:
        return Ignored(event_type if isinstance(event_type, str) else None)
    return _raw_invoice(payload, body, received_at)


def record_of(invoice: Finalized) -> bytes:
    """Return the record's value.

    Raises ``UnusableEvent`` for a payload that can be read, but not written.
    """
    try:
        return encode(invoice._asdict())
    except ValueError as error:
        raise unusable(invoice, "is nested too deep") from error


def unusable(invoice: Finalized, what: str) -> UnusableEvent:
    """Return the error for an event with an invoice's ids that cannot be published as it is."""
    return UnusableEvent(
        f"Metronome sent a signed webhook that {what}. Replay this failure: the invoice is then"
        " fetched by its id.",
        event_id=invoice.event_id,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
    )


def _raw_invoice(payload: dict[str, Any], body: bytes, received_at: datetime) -> Finalized:
    properties = payload.get("properties")
    # Flat events have no "properties".
    facts = properties if isinstance(properties, dict) else payload
    invoice_id, customer_id = text_of(facts, "invoice_id"), text_of(facts, "customer_id")
    event_id = text_of(payload, "id")
    if invoice_id is None or customer_id is None:
        lacking = " and ".join(
            name
            for name, value in (("invoice_id", invoice_id), ("customer_id", customer_id))
            if value is None
        )
        reason = (
            f"Metronome's invoice.finalized event has no usable {lacking}. Find the invoice in"
            " Metronome by its date."
        )
        raise UnusableEvent(
            reason, event_id=event_id, invoice_id=invoice_id, customer_id=customer_id
        )
    return Finalized(
        schema_version=SCHEMA_VERSION,
        # Deduplication uses the invoice id. An event without its own id is still an invoice to
        # bill.
        event_id=event_id or hashlib.sha256(body).hexdigest(),
        invoice_id=invoice_id,
        customer_id=customer_id,
        finalized_at=_time(facts.get("invoice_finalized_date") or payload.get("timestamp")),
        received_at=time_text(received_at),
        source="webhook",
        payload=payload,
    )


def _time(value: Any) -> str | None:
    """Return an informative time, or ``None`` if it is invalid: it must not block an invoice."""
    try:
        return time_text(_TIME.validate_python(value)) if isinstance(value, str) else None
    except ValidationError:
        return None
