"""Look up the current destination of invoices in Metronome."""

from typing import Any, Protocol

from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.routing import known_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.errors import Rejected


class FetchesInvoices(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer for one invoice."""


def nowhere(_customer_id: str, _invoice_id: str) -> None:
    """Return ``None``: the destination is unknown."""


class PresentDestinations:
    """Asks Metronome once per customer. A custom field of the customer names the destination."""

    def __init__(self, metronome: FetchesInvoices, rules: MappingRules) -> None:
        self._metronome = metronome
        self._rules = rules
        self._by_customer: dict[str, str | None] = {}

    def __call__(self, customer_id: str, invoice_id: str) -> str | None:
        """Return an invoice's current destination; ``None`` if it is unknown or has a payer.

        Raises ``CredentialsRefused`` or ``Unavailable``.
        """
        if customer_id not in self._by_customer:
            self._by_customer[customer_id] = self._ask(customer_id, invoice_id)
        return self._by_customer[customer_id]

    def _ask(self, customer_id: str, invoice_id: str) -> str | None:
        try:
            invoice = parse_invoice(self._metronome.invoice(customer_id, invoice_id))
        except Rejected:
            return None
        return None if invoice.payer is not None else known_destination(invoice, self._rules)
