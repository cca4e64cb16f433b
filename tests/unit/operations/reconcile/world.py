"""Metronome, its customers and the providers in memory, and a reconciliation of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.listed import ListedInvoice, parse_listed
from invoice_operations.reconcile.reconciler import Reconciler
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.waiting import waiting_invoices
from invoice_providers.base import Found
from invoice_shared.errors import ConnectorError
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from tests.builders import CUSTOMER_ID, INVOICE_ID
from tests.fakes import START
from tests.unit.operations.world import FakeInstallation

USD = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}
SINCE = START - timedelta(days=1)
UNTIL = START - timedelta(minutes=1)
WINDOW = Selection(since=SINCE, until=UNTIL)
ISSUED = START - timedelta(hours=2)
ACCOUNT = "1234567"
SETTINGS = ReconcileSettings.model_validate(
    {
        "metronome_api_key": "key",
        "metronome_billing_provider_destination": "billing_destination",
        "metronome_billing_provider_customer_id": "billing_customer_id",
    }
)


def shown(**changes: Any) -> dict[str, Any]:
    """Return an invoice as Metronome's list shows it: 100.00 USD, like those of the builders."""
    facts: dict[str, Any] = {
        "id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "status": "FINALIZED",
        "credit_type": USD,
        "total": Decimal(10000),
        "issued_at": ISSUED.isoformat(),
        "customer_custom_fields": {
            "billing_destination": " NetSuite ",
            "billing_customer_id": "1042",
        },
    }
    return facts | changes


def listed(**changes: Any) -> ListedInvoice:
    """Return the same invoice, parsed."""
    return parse_listed(shown(**changes))


class FakeMetronome:
    """Customers and their invoices, the youngest first; ``broken`` customers cannot be listed."""

    def __init__(
        self, *invoices: dict[str, Any], broken: dict[str, ConnectorError] | None = None
    ) -> None:
        self._invoices = invoices
        self._broken = broken or {}
        self.asked: list[str] = []

    def customer_ids(self) -> Iterator[str]:
        """Yield every customer once."""
        yield from dict.fromkeys(
            [*self._broken, *(invoice["customer_id"] for invoice in self._invoices)]
        )

    def invoices_since(self, customer_id: str, _since: datetime) -> list[dict[str, Any]]:
        """Return a customer's invoices."""
        self.asked.append(customer_id)
        if customer_id in self._broken:
            raise self._broken[customer_id]
        return [invoice for invoice in self._invoices if invoice["customer_id"] == customer_id]


@dataclass
class FakeProviders:
    """NetSuite's documents in our account, by document id, and those found by an invoice's id.

    While ``broken``, every call fails.
    """

    there: dict[str, Found] = field(default_factory=dict)
    carrying: Sequence[Found] = ()
    broken: ConnectorError | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def asks(self, destination: str) -> bool:
        """Whether NetSuite is meant."""
        return destination == "netsuite"

    def account(self, destination: str) -> str | None:
        """Return the name of our account."""
        return ACCOUNT if destination == "netsuite" else None

    def read(self, document: Outcome) -> Found | None:
        """Return a document by its id."""
        self.asked.append(("read", document.provider_document_id))
        if self.broken:
            raise self.broken
        return self.there.get(document.provider_document_id or "")

    def look(self, sketch: Outcome) -> tuple[Found, ...]:
        """Return what the invoice's id finds."""
        self.asked.append(("look", sketch.invoice_id))
        if self.broken:
            raise self.broken
        return tuple(self.carrying)


class NoProviders:
    """No provider can be asked."""

    def asks(self, _destination: str) -> bool:
        """Whether a provider is asked: never."""
        return False

    def account(self, _destination: str) -> str | None:
        """Return no account."""
        return None

    def read(self, document: Outcome) -> Found | None:
        """Fail, since nobody may ask."""
        raise AssertionError(document)

    def look(self, sketch: Outcome) -> tuple[Found, ...]:
        """Fail, since nobody may ask."""
        raise AssertionError(sketch)


@dataclass
class Walk:
    """One reconciliation; ``noted`` is what it entered in the ledger."""

    metronome: FakeMetronome
    records: Sequence[Record] = ()
    providers: FakeProviders | NoProviders = field(default_factory=NoProviders)
    groups: dict[str, list[ConsumerGroup]] = field(default_factory=dict)
    noted: list[Outcome] = field(default_factory=list)

    def findings(self, chosen: Selection = WINDOW) -> list[Finding]:
        """Return all findings."""
        return list(self.passing(chosen))

    def passing(self, chosen: Selection = WINDOW) -> Iterator[Finding]:
        """Yield findings as long as they are asked for."""
        here = FakeInstallation(list(self.records), readers=self.groups)
        reconciler = Reconciler(
            self.metronome,
            here.view(),
            lambda names: waiting_invoices(names, here),
            self.providers,
            self.noted.append,
            SETTINGS,
            2,
            START,
        )
        return reconciler.findings(chosen, lambda: None)

    def states(self, chosen: Selection = WINDOW) -> dict[str | None, str]:
        """Return the states by invoice."""
        return {finding.invoice_id: finding.state for finding in self.findings(chosen)}
