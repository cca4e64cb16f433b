"""What the operators' tools conclude from the records in memory: the view's pure functions, and the
reconciliation.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from invoice_operations.asked_providers import AskedProviders, nobody
from invoice_operations.provider_lookup import Providers
from invoice_operations.rate_limit import RateLimit
from invoice_operations.reconcile.asking import AsksProviders
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.fixing import note_document
from invoice_operations.reconcile.reconciler import Reconciler
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.view.entry import Entry
from invoice_operations.view.invoice_state import KnownInvoice, StoredRow, known_invoice, tidy
from invoice_operations.view.ledger_rows import row_of
from tests.contract.standing.connector import LEDGER, TOPICS, Connector, Topics
from tests.contract.standing.invoices import CUSTOMER_FIELD, DESTINATION_FIELD
from tests.fakes import START


class Ledger:
    """Answers as of now."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics

    def refresh(self) -> None:
        """Do nothing, since nothing is kept."""

    def invoices(self, invoice_ids: Iterable[str]) -> Mapping[str, KnownInvoice]:
        """Return what is known of some invoices."""
        return {invoice_id: self.invoice(invoice_id) for invoice_id in invoice_ids}

    def invoice(self, invoice_id: str) -> KnownInvoice:
        """Return what is known of an invoice."""
        tidied = tidy([row for row in self._rows() if row.invoice_id == invoice_id])
        return known_invoice([*tidied.kept, *tidied.documents])

    def _rows(self) -> Iterable[StoredRow]:
        for each in self._topics.read(LEDGER):
            row = row_of(Entry(each.partition, each.offset, each.timestamp, each.key, each.value))
            if row is not None:
                yield StoredRow(each.offset, *row)


class Listing:
    """Metronome's lists, through its API."""

    def __init__(self, connector: Connector, customer_ids: Iterable[str]) -> None:
        self._metronome = connector.systems.metronome_client()
        self._customer_ids = customer_ids

    def customer_ids(self) -> Iterator[str]:
        """Yield the customers of the test."""
        yield from self._customer_ids

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Return all invoices of a customer, since none is older."""
        del since
        return [
            invoice for page in self._metronome.newest_invoices(customer_id) for invoice in page
        ]


def reconcile(connector: Connector, customer_ids: Iterable[str]) -> list[Finding]:
    """Reconcile, and enter the observed documents; nothing is waiting."""
    connections = connector.connections
    accounts = {name: each.account for name, each in connections.items()}
    asked = AskedProviders(
        Providers(connections, {}, accounts), RateLimit(None, connector.clock), 0
    )
    return _findings(connector, customer_ids, asked)


def reconcile_by_ledger(connector: Connector, customer_ids: Iterable[str]) -> list[Finding]:
    """Reconcile without asking a provider."""
    return _findings(connector, customer_ids, nobody(connector.clock))


def _findings(
    connector: Connector, customer_ids: Iterable[str], providers: AsksProviders
) -> list[Finding]:
    reconciler = Reconciler(
        Listing(connector, customer_ids),
        Ledger(connector.topics),
        lambda _invoice_ids: {},
        providers,
        partial(note_document, publisher=connector.topics, topics=TOPICS),
        ReconcileSettings.model_validate(
            {
                "metronome_api_key": "unused",
                "metronome_billing_provider_destination": DESTINATION_FIELD,
                "metronome_billing_provider_customer_id": CUSTOMER_FIELD,
            }
        ),
        threads=1,
        now=connector.clock.now(),
    )
    return list(reconciler.findings(Selection(since=START.replace(year=2020)), lambda: None))
