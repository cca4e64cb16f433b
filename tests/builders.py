"""A valid object of each record type, with the fields changed that a test is about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure, Original, SourcePosition
from invoice_shared.invoice import FormattedInvoice, LineItem, RawInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record

INVOICE_ID = "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b"
CUSTOMER_ID = "9d2f6f8a-7e61-4b7e-8a3d-1c2b3a4d5e6f"
EVENT_ID = "e1a7c3d2-4f5b-4a6c-8d7e-9f0a1b2c3d4e"
FINALIZED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 3, 1, 9, 30, 2, tzinfo=UTC)


def raw_invoice(**changes: Any) -> RawInvoice:
    """Build a finalized invoice as the webhook puts it on ``raw-invoices``."""
    valid: dict[str, Any] = {
        "event_id": EVENT_ID,
        "invoice_id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "finalized_at": FINALIZED_AT,
        "received_at": RECEIVED_AT,
        "source": "webhook",
        "payload": {
            "id": EVENT_ID,
            "type": "invoice.finalized",
            "properties": {"invoice_id": INVOICE_ID, "customer_id": CUSTOMER_ID},
        },
    }
    return RawInvoice.model_validate(valid | changes)


def line_item(**changes: Any) -> LineItem:
    """Build one line of 100.00 without further detail."""
    valid: dict[str, Any] = {
        "name": "API calls",
        "quantity": Decimal(1000),
        "unit_price": Decimal("0.1"),
        "amount": Decimal("100.00"),
        "external_item_id": "501",
        "product_id": "7c1e5d9a-2b3f-4e6d-8a9b-0c1d2e3f4a5b",
        "line_type": "usage",
    }
    return msgspec.convert(valid | changes, LineItem)


def formatted_invoice(**changes: Any) -> FormattedInvoice:
    """Build a NetSuite invoice over 100.00 USD with one line; change ``total`` and ``line_items``
    together.
    """
    valid: dict[str, Any] = {
        "document_type": "invoice",
        "invoice_id": INVOICE_ID,
        "metronome_customer_id": CUSTOMER_ID,
        "external_customer_id": "1042",
        "destination": "netsuite",
        "invoice_type": "USAGE",
        "currency": "USD",
        "total": Decimal("100.00"),
        "start_date": date(2026, 2, 1),
        "end_date": date(2026, 2, 28),
        "issue_date": date(2026, 3, 1),
        "due_date": date(2026, 3, 31),
        "line_items": (line_item(),),
        "finalized_at": FINALIZED_AT,
        "received_at": RECEIVED_AT,
    }
    return msgspec.convert(valid | changes, FormattedInvoice)


def failure(**changes: Any) -> InvoiceFailure:
    """Build a failure of the formatter: an invoice whose customer is not mapped."""
    valid: dict[str, Any] = {
        "failure_id": "f" * 64,
        "stage": "formatter",
        "code": "customer-not-mapped",
        "reason": "The customer has no billing_customer_id in Metronome.",
        "retryable": True,
        "attempts": 1,
        "failed_at": datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC),
        "invoice_id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "destination": None,
        "provider_response": None,
        "source": SourcePosition(
            topic="raw-invoices", partition=0, offset=7, timestamp=RECEIVED_AT
        ),
        "original": Original(key=INVOICE_ID, value="{}"),
        "trace_id": None,
    }
    return InvoiceFailure.model_validate(valid | changes)


def outcome(**changes: Any) -> Outcome:
    """Build the ledger's entry of a created invoice."""
    valid: dict[str, Any] = {
        "invoice_id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "outcome": "created",
        "destination": "netsuite",
        "document_type": "invoice",
        "provider_document_id": "9001",
        "total": Decimal("100.00"),
        "currency": "USD",
        "finalized_at": FINALIZED_AT,
        "received_at": RECEIVED_AT,
        "settled_at": datetime(2026, 3, 1, 9, 30, 6, tzinfo=UTC),
    }
    return Outcome.model_validate(valid | changes)


def record(**changes: Any) -> Record:
    """Build a consumed record; its value is that of a valid raw invoice unless changed."""
    valid: dict[str, Any] = {
        "topic": "raw-invoices",
        "partition": 0,
        "offset": 7,
        "key": INVOICE_ID.encode(),
        "value": serde.to_bytes(raw_invoice()),
        "timestamp": int(RECEIVED_AT.timestamp() * 1000),
    }
    return Record(**(valid | changes))
