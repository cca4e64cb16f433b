"""The actions of people and time, without the client's knowledge."""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_simulators.razorpay.account import Account
from invoice_simulators.razorpay.store import InvoiceStore


class People:
    """Each method takes an invoice's id and obeys its status; amounts are in major units."""

    def __init__(self, store: InvoiceStore, account: Account) -> None:
        self._store = store
        self._account = account

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the methods by the names that the control API uses."""
        return {
            "void": self.void,
            "expire": self.expire,
            "delete": self.delete,
            "edit": self.edit,
            "pay": self.pay,
            "settle": self.settle,
        }

    def void(self, document_id: str) -> None:
        """Cancel an invoice."""
        self._account.cancel(document_id)

    def expire(self, document_id: str) -> None:
        """Let an invoice expire."""
        self._account.expire(document_id)

    def delete(self, document_id: str) -> None:
        """Delete a draft."""
        self._account.delete(document_id)

    def edit(self, document_id: str, **changes: str | None) -> None:
        """Change ``total``, ``note`` (description), ``number`` (receipt) or ``customer_id``."""
        self._account.edit(document_id, changes)

    def pay(self, document_id: str, amount: str | None = None) -> None:
        """Pay an amount; null: all that is due."""
        self._account.pay(document_id, amount)

    def settle(self, count: int | None = None) -> None:
        """Make the oldest ``count`` pending writes visible in the list; null: all."""
        self._store.replica.settle(count)
