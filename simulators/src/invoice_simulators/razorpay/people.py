"""What people and time do to the account behind a client's back."""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_simulators.razorpay.account import Account
from invoice_simulators.razorpay.store import InvoiceStore


class People:
    """Each method takes an invoice's id, and obeys what its status allows; amounts are in major
    units, as text.
    """

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
        """Change ``total``, ``note`` (the description), ``number`` (the receipt) or
        ``customer_id``.
        """
        self._account.edit(document_id, changes)

    def pay(self, document_id: str, amount: str | None = None) -> None:
        """Pay an amount; null: all that is due."""
        self._account.pay(document_id, amount)

    def settle(self, count: int | None = None) -> None:
        """Let the list show the oldest ``count`` writes that it is behind; null: all."""
        self._store.replica.settle(count)
