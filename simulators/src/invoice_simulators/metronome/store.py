"""The stored objects of Metronome, and the accepted write-backs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from invoice_simulators.metronome.contracts import complete
from invoice_simulators.metronome.fields import Fields, merged, with_fields
from invoice_simulators.wire import Json, dumps, is_number, loads

REQUIRED = ("id", "customer_id", "credit_type", "line_items", "status", "total", "type")
FACTS = ("contract_id", "issued_at", "start_timestamp", "end_timestamp", "external_invoice")


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """An invoice as JSON bytes, a tenth of its tree's size; ``facts`` are for lists."""

    facts: Json
    raw: bytes


def _stored(invoice: Json) -> StoredInvoice:
    if missing := [name for name in REQUIRED if name not in invoice]:
        raise ValueError(f"an invoice needs {', '.join(missing)}")
    if not is_number(invoice["total"]):
        raise ValueError("total must be a number")
    facts = {name: invoice.get(name) for name in (*REQUIRED, *FACTS) if name != "line_items"}
    return StoredInvoice(facts, dumps(invoice))


@dataclass(slots=True)
class MetronomeStore:
    """Numbers are ``int`` or ``Decimal``, never float."""

    invoices: dict[str, StoredInvoice] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    contracts: dict[str, Json] = field(default_factory=dict)
    configurations: dict[str, Json] = field(default_factory=dict)
    writebacks: list[Json] = field(default_factory=list)
    _of_customer: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def add_invoice(self, invoice: Json) -> None:
        """Store an invoice. Raises ``ValueError`` if a field that every invoice has is missing."""
        self.invoices[invoice["id"]] = _stored(invoice)
        self._of_customer[invoice["customer_id"]][invoice["id"]] = None

    def add_contract(self, contract: Json) -> None:
        """Store a contract. Raises ``ValueError`` if it names no customer."""
        self.contracts[contract["id"]] = complete(contract)

    def change_invoice(self, invoice_id: str, **changes: Any) -> None:
        """Set fields of a stored invoice. Raises ``ValueError`` for an unknown one."""
        if invoice_id not in self.invoices:
            raise ValueError(f'There is no invoice "{invoice_id}".')
        self.add_invoice({**loads(self.invoices[invoice_id].raw), **changes})

    def set_fields(self, entity: str, entity_id: str, changes: Fields) -> None:
        """Change custom fields, and every invoice that shows them."""
        own = {"customer": self.customers, "contract": self.contracts}.get(entity, {})
        if entity_id in own:
            own[entity_id]["custom_fields"] = merged(own[entity_id].get("custom_fields"), changes)
        for stored in [each for each in self.invoices.values() if entity_id.encode() in each.raw]:
            self.add_invoice(with_fields(loads(stored.raw), entity, entity_id, changes))

    def invoices_of(self, customer_id: str) -> Iterable[StoredInvoice]:
        """Return the invoices of one customer in the order of their seeding."""
        return (self.invoices[invoice_id] for invoice_id in self._of_customer.get(customer_id, ()))

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
        given = {name: value for name, value in written.items() if value is not None}
        self.change_invoice(item["invoice_id"], external_invoice=given)

    def clear(self) -> None:
        """Forget everything."""
        for held in (self.invoices, self.customers, self.contracts, self.configurations):
            held.clear()
        self.writebacks.clear()
        self._of_customer.clear()
