"""A Metronome with customers and invoices, and the settings for a readiness run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from invoice_operations.settings import MappingSettings
from invoice_providers.base import Presence, Thing
from invoice_shared.errors import CallFailed, ConnectorError
from invoice_shared.metronome.questions import Question
from tests.unit.formatter.builders import rules
from tests.unit.formatter.hierarchies import FakeAccounts

NETSUITE = {
    "NS_ACCOUNT_ID": "1234567",
    "NS_CONSUMER_KEY": "key",
    "NS_CONSUMER_SECRET": "secret",
    "NS_TOKEN_ID": "id",
    "NS_TOKEN_SECRET": "secret",
}
RULES = MappingSettings.model_validate(
    {name: value for name, value in rules() if value is not None}
)


@dataclass
class Metronome:
    """Customers with their invoices.

    ``broken`` holds the errors of listing a customer or reading an invoice.
    """

    invoices: tuple[dict[str, Any], ...]
    broken: dict[str, ConnectorError] = field(default_factory=dict)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    walked: list[str] = field(default_factory=list)

    def customer_ids(self) -> Iterator[str]:
        """Yield every customer once."""
        lost = (name for name in self.broken if name.startswith("cus-"))
        yield from dict.fromkeys([*lost, *(each["customer_id"] for each in self.invoices)])

    def drafts(self, customer_id: str) -> list[dict[str, Any]]:
        """Return a customer's drafts."""
        self.walked.append(customer_id)
        if customer_id in self.broken:
            raise self.broken[customer_id]
        return [each for each in self._of(customer_id) if each["status"] == "DRAFT"]

    def invoices_since(self, customer_id: str, _since: datetime) -> list[dict[str, Any]]:
        """Return all of a customer's invoices."""
        return self._of(customer_id)

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return one invoice."""
        if invoice_id in self.broken:
            raise self.broken[invoice_id]
        return {"data": next(each for each in self._of(customer_id) if each["id"] == invoice_id)}

    def ask(self, question: Question) -> Any:
        """Return what the accounts answer."""
        return self.accounts.ask(question)

    def _of(self, customer_id: str) -> list[dict[str, Any]]:
        return [each for each in self.invoices if each["customer_id"] == customer_id]


@dataclass
class AskedProviders:
    """Knows these customers and items; ``error`` is raised instead if there is one."""

    known: dict[str, Presence] = field(default_factory=dict)
    error: CallFailed | None = None
    asked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def presence(self, name: str, thing: Thing, ids: Sequence[str]) -> Mapping[str, Presence]:
        """Return what is known."""
        self.asked.append((name, thing, tuple(ids)))
        if self.error is not None:
            raise self.error
        return {each: self.known[each] for each in ids if each in self.known}
