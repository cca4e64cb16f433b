"""The actions of people in Metronome, and the seeds."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from invoice_simulators.metronome.fields import Fields
from invoice_simulators.metronome.store import MetronomeStore
from invoice_simulators.wire import Json


class People:
    """Seeds replace objects with the same id."""

    def __init__(self, store: MetronomeStore) -> None:
        self._store = store

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the methods by the names that the control API uses."""
        return {
            "invoices": self.seed_invoices,
            "customers": self.seed_customers,
            "contracts": self.seed_contracts,
            "billing-configurations": self.seed_billing_configurations,
            "void": self.void,
            "edit": self.edit,
            "fields": self.set_fields,
        }

    def seed_invoices(self, invoices: Iterable[Json]) -> None:
        """Store invoice objects."""
        for invoice in invoices:
            self._store.add_invoice(invoice)

    def seed_customers(self, customers: Iterable[Json]) -> None:
        """Store customer objects."""
        self._store.customers.update({customer["id"]: customer for customer in customers})

    def seed_contracts(self, contracts: Iterable[Json]) -> None:
        """Store contracts as version 2 shows them; only ``id`` and ``customer_id`` are needed."""
        for contract in contracts:
            self._store.add_contract(contract)

    def seed_billing_configurations(self, configurations: Iterable[Json]) -> None:
        """Store billing provider configurations, each with its ``customer_id``."""
        self._store.configurations.update({each["id"]: each for each in configurations})

    def void(self, document_id: str) -> None:
        """Void an invoice: it keeps its lines, and no webhook is sent."""
        self._store.change_invoice(document_id, status="VOID")

    def edit(self, document_id: str, **changes: Any) -> None:
        """Set fields of an invoice, e.g. ``external_invoice`` or ``payer``."""
        self._store.change_invoice(document_id, **changes)

    def set_fields(self, entity: str, entity_id: str, fields: Fields) -> None:
        """Change custom fields of an entity, e.g. a customer or product; null removes one."""
        self._store.set_fields(entity, entity_id, fields)
