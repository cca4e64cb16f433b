"""What Metronome holds: invoices and customers as they were seeded, and the write-backs it accepted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from invoice_simulators.wire import Json, is_number


@dataclass(slots=True)
class MetronomeStore:
    """Objects in the form of the API; numbers are ``int`` or ``Decimal`` as parsed, never float."""

    invoices: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    writebacks: list[Json] = field(default_factory=list)
    _of_customer: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))

    def add_invoice(self, invoice: Json) -> None:
        """Store an invoice. Raises ``ValueError`` where a field that every invoice has is missing."""
        required = ("id", "customer_id", "credit_type", "line_items", "status", "total", "type")
        if missing := [name for name in required if name not in invoice]:
            raise ValueError(f"an invoice needs {', '.join(missing)}")
        if not is_number(invoice["total"]):
            raise ValueError("total must be a number")
        self.invoices[invoice["id"]] = invoice
        self._of_customer[invoice["customer_id"]][invoice["id"]] = invoice

    def add_customer(self, customer: Json) -> None:
        """Store a customer."""
        self.customers[customer["id"]] = customer

    def invoices_of(self, customer_id: str) -> Iterable[Json]:
        """Give the invoices of one customer in the order of their seeding."""
        return self._of_customer.get(customer_id, {}).values()

    def write_back(self, item: Mapping[str, Any]) -> None:
        """Note an accepted status and show it in the invoice's ``external_invoice``."""
        self.writebacks.append(dict(item))
        written = {
            "billing_provider_type": item["billing_provider"],
            "invoice_id": item.get("billing_provider_invoice_id"),
            "external_status": item.get("external_status", "SENT"),
            "issued_at_timestamp": item.get("issued_at"),
            "billing_provider_error": item.get("billing_provider_error"),
        }
        self.invoices[item["invoice_id"]]["external_invoice"] = {
            name: value for name, value in written.items() if value is not None
        }

    def clear(self) -> None:
        """Forget everything."""
        self.invoices.clear()
        self.customers.clear()
        self.writebacks.clear()
        self._of_customer.clear()
