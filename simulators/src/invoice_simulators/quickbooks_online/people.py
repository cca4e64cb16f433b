"""The actions of people and time, without the client's knowledge."""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_simulators.quickbooks_online.company import Company
from invoice_simulators.quickbooks_online.request_ids import RequestIds
from invoice_simulators.quickbooks_online.store import TransactionStore


class People:
    """Each method takes a transaction's id; amounts are in major units, as text."""

    def __init__(self, store: TransactionStore, company: Company, request_ids: RequestIds) -> None:
        self._store = store
        self._company = company
        self._request_ids = request_ids

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the methods by the names that the control API uses."""
        return {
            "void": self.void,
            "delete": self.delete,
            "edit": self.edit,
            "pay": self.pay,
            "settle": self.settle,
            "forget-request-ids": self.forget_request_ids,
        }

    def void(self, document_id: str) -> None:
        """Void an invoice."""
        self._company.void_by_hand(self._store.get(document_id))

    def delete(self, document_id: str) -> None:
        """Delete a transaction."""
        self._company.delete_by_hand(self._store.get(document_id))

    def edit(self, document_id: str, **changes: str | None) -> None:
        """Change ``total``, ``note``, ``number`` or ``customer_id``."""
        self._company.edit(self._store.get(document_id), changes)

    def pay(self, document_id: str, amount: str | None = None) -> None:
        """Receive a payment; null: the whole balance."""
        self._company.pay(self._store.get(document_id), amount)

    def settle(self, count: int | None = None) -> None:
        """Make the oldest ``count`` pending writes visible to queries; null: all."""
        self._store.replica.settle(count)

    def forget_request_ids(self) -> None:
        """Forget which request ids were answered."""
        self._request_ids.forget()
