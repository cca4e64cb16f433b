"""What a signed body asks for: an invoice, nothing, or a failure.

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
    """An event that concerns no finalized invoice."""

    event_type: str | None


class Finalized(NamedTuple):
    """A finalized invoice: the fields of a ``RawInvoice``, in its order, as a record holds them.

    All are checked by then: as a pydantic model they took a tenth of a request.
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
    """Signed by Metronome, but no invoice can be made of it.

    Carries the ids that could still be read.
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
    """Read a signed body.

    Raises ``UnusableEvent`` for one that is no JSON object, or lacks an invoice's ids.
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
    """Write the record's value.

    Raises ``UnusableEvent`` for a payload that could just be read, yet not be written.
    """
    try:
        return encode(invoice._asdict())
    except ValueError as error:
        raise unusable(invoice, "is nested too deep") from error


def unusable(invoice: Finalized, what: str) -> UnusableEvent:
    """Return the error for an event that names its invoice, but cannot travel as it is."""
    return UnusableEvent(
        f"Metronome sent a signed webhook that {what}. Replay this failure: the invoice is then"
        " fetched by its id.",
        event_id=invoice.event_id,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
    )


def _raw_invoice(payload: dict[str, Any], body: bytes, received_at: datetime) -> Finalized:
    properties = payload.get("properties")
    facts = (
        properties if isinstance(properties, dict) else payload
    )  # flat events have no "properties"
    invoice_id, customer_id = text_of(facts, "invoice_id"), text_of(facts, "customer_id")
    event_id = text_of(payload, "id")
    if invoice_id is None or customer_id is None:
        lacking = " and ".join(
            name
            for name, value in (("invoice_id", invoice_id), ("customer_id", customer_id))
            if value is None
        )
        reason = (
            f"Metronome's invoice.finalized event names no usable {lacking}. Find the invoice in"
            " Metronome by its date."
        )
        raise UnusableEvent(
            reason, event_id=event_id, invoice_id=invoice_id, customer_id=customer_id
        )
    return Finalized(
        schema_version=SCHEMA_VERSION,
        # Deduplication rests on the invoice id; an event without an id of its own is still an
        # invoice to bill.
        event_id=event_id or hashlib.sha256(body).hexdigest(),
        invoice_id=invoice_id,
        customer_id=customer_id,
        finalized_at=_time(facts.get("invoice_finalized_date") or payload.get("timestamp")),
        received_at=time_text(received_at),
        source="webhook",
        payload=payload,
    )


def _time(value: Any) -> str | None:
    """Read a time that is only informative: a strange one must not keep an invoice from being
    billed.
    """
    try:
        return time_text(_TIME.validate_python(value)) if isinstance(value, str) else None
    except ValidationError:
        return None
