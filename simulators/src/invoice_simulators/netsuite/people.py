"""The actions of people and time, without the client's knowledge."""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_simulators.netsuite.account import Account
from invoice_simulators.netsuite.records import Transaction
from invoice_simulators.netsuite.store import TransactionStore


class People:
    """Each method takes an internal id; amounts are in major units, as text."""

    def __init__(self, store: TransactionStore, account: Account) -> None:
        self._store = store
        self._account = account

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the methods by the names that the control API uses."""
        return {
            "void": self.void,
            "delete": self.delete,
            "edit": self.edit,
            "pay": self.pay,
            "settle": self.settle,
        }

    def void(self, document_id: str) -> None:
        """Void a record."""
        self._account.void(self._get(document_id))

    def delete(self, document_id: str) -> None:
        """Delete a record."""
        self._account.delete(self._get(document_id))

    def edit(self, document_id: str, **changes: str | None) -> None:
        """Change a record as in ``Account.edit``; null clears a field."""
        self._account.edit(self._get(document_id), changes)

    def pay(self, document_id: str, amount: str | None = None) -> None:
        """Apply a payment; null: all that remains."""
        self._account.pay(self._get(document_id), amount)

    def settle(self, count: int | None = None) -> None:
        """Make the oldest ``count`` pending writes visible to look-ups; null: all."""
        self._store.replica.settle(count)

    def _get(self, document_id: str) -> Transaction:
        if (stored := self._store.get(document_id)) is None:
            raise ValueError(f'There is no record "{document_id}".')
        return stored
