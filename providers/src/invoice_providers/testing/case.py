"""The account for testing a provider, and the documents to create there."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from invoice_providers.base import Provider
from invoice_providers.connection import Connection
from invoice_shared.clock import SystemClock
from invoice_shared.invoice import SCHEMA_VERSION, FormattedInvoice
from invoice_shared.serde import from_tree
from invoice_shared.settings import HttpSettings

TOTAL = Decimal("12.50")


@dataclass(frozen=True, kw_only=True)
class ProviderCase:
    """An account at a simulator or a sandbox, in which real documents are created.

    ``stranger`` has settings that the provider refuses. ``no_item_id`` is omitted for a provider
    without items; then ``no_customer_id`` is used.
    """

    provider: Provider[Any]
    account: HttpSettings
    stranger: HttpSettings
    customer_id: str
    item_id: str
    no_customer_id: str
    no_document_id: str
    no_item_id: str | None = None
    currency: str = "USD"

    def connect(self) -> Connection:
        """Build a client, as the creator does."""
        return Connection(self.provider, self.provider.build(self.account, SystemClock()))

    def connect_as_a_stranger(self) -> Connection:
        """Build a client whose credentials are wrong."""
        return Connection(self.provider, self.provider.build(self.stranger, SystemClock()))

    def invoice(self, **changes: Any) -> FormattedInvoice:
        """Return a new invoice over 12.50, with one line at a fraction of a cent."""
        lines = (
            self.line(amount="11.25", quantity="1124567", unit_price="0.00001"),
            self.line(name="Seats", amount="1.25"),
        )
        valid: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "document_type": "invoice",
            "invoice_id": str(uuid.uuid4()),
            "metronome_customer_id": "9d2f6f8a-7e61-4b7e-8a3d-1c2b3a4d5e6f",
            "external_customer_id": self.customer_id,
            "destination": self.provider.name,
            "invoice_type": "USAGE",
            "currency": self.currency,
            "total": TOTAL,
            "start_date": date(2026, 2, 1),
            "end_date": date(2026, 2, 28),
            "issue_date": date(2026, 3, 1),
            "due_date": date(2026, 3, 31),
            "line_items": lines,
            "received_at": datetime.now(UTC),
        }
        return from_tree(FormattedInvoice, valid | changes)

    def line(self, **changes: Any) -> dict[str, Any]:
        """Return a line of an invoice."""
        valid = {
            "name": "API calls",
            "external_item_id": self.item_id,
            "product_id": "7c1e5d9a-2b3f-4e6d-8a9b-0c1d2e3f4a5b",
            "line_type": "usage",
        }
        return valid | changes
