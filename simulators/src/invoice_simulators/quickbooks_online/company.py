"""All changes that the API or a person can make to a company's transactions. No HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from invoice_simulators.quickbooks_online import shape
from invoice_simulators.quickbooks_online.errors import fault, time_text
from invoice_simulators.quickbooks_online.rules import Rules
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.quickbooks_online.store import TransactionStore
from invoice_simulators.quickbooks_online.transactions import Entity, Transaction
from invoice_simulators.wire import Clock, Json

# As a document number, it makes QuickBooks assign one.
AUTO_GENERATE = "AUTO_GENERATE"

FIRST_NUMBER = 1001
EDITABLE = {
    "total": "Line",
    "note": "PrivateNote",
    "number": "DocNumber",
    "customer_id": "CustomerRef",
}


class Company:
    """Each method is one effect, done completely or refused with ``ApiError``."""

    def __init__(
        self,
        store: TransactionStore,
        settings: Callable[[], QuickBooksOnlineSettings],
        clock: Clock,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._next_number = FIRST_NUMBER

    def clear(self) -> None:
        """Restart the numbering."""
        self._next_number = FIRST_NUMBER

    def create(self, entity: Entity, body: Json) -> Transaction:
        """Store a transaction with the number as sent, or assigned by QuickBooks."""
        Rules(self._settings()).check(body)
        body = body | {"DocNumber": self._number(body.get("DocNumber"))}
        self._check_number(entity, body["DocNumber"], holder_may_be=None)
        framed = shape.frame(
            body, self._store.new_id(), self._settings().home_currency, self._now()
        )
        return self._store.put(entity, framed)

    def update(self, stored: Transaction, body: Json) -> Transaction:
        """Overwrite a transaction, or with ``sparse`` only the fields in the body."""
        self._check_token(stored, body)
        written = shape.request_of(stored.shown) | body if body.get("sparse") is True else body
        Rules(self._settings()).check(written)
        self._check_number(stored.entity, written.get("DocNumber"), holder_may_be=stored.id)
        return self._rewrite(stored, written)

    def void(self, stored: Transaction, body: Json) -> Transaction:
        """Void an invoice; a credit memo cannot be."""
        self._check_token(stored, body)
        return self.void_by_hand(stored)

    def delete(self, stored: Transaction, body: Json) -> None:
        """Delete a transaction without linked payments."""
        self._check_token(stored, body)
        self.delete_by_hand(stored)

    def void_by_hand(self, stored: Transaction) -> Transaction:
        """Void an invoice in QuickBooks' own pages."""
        if stored.entity == "CreditMemo":
            raise fault("500", "Operation void is not supported.")
        return self._store.put(
            stored.entity, shape.voided(stored.shown, self._now()), is_voided=True
        )

    def delete_by_hand(self, stored: Transaction) -> None:
        """Delete a transaction in QuickBooks' own pages."""
        if stored.shown["LinkedTxn"]:
            raise fault("6000", "Linked transactions must be unlinked first.")
        self._store.delete(stored, datetime.fromisoformat(self._now()))

    def pay(self, stored: Transaction, amount: str | None) -> Transaction:
        """Take a payment in major units; null: the whole balance."""
        taken = stored.balance if amount is None else Decimal(amount)
        if stored.entity == "CreditMemo" or not 0 < taken <= stored.balance:
            raise fault(
                "6000", f"The amount {taken} can not be applied to the balance {stored.balance}."
            )
        return self._store.put(
            stored.entity, shape.paid(stored.shown, taken, self._store.new_id(), self._now())
        )

    def edit(self, stored: Transaction, changes: Mapping[str, str | None]) -> Transaction:
        """Change ``total``, ``note``, ``number`` or ``customer_id`` in QuickBooks' own pages."""
        if unknown := set(changes) - set(EDITABLE):
            raise ValueError(
                f"Cannot edit {', '.join(sorted(unknown))}: use {', '.join(sorted(EDITABLE))}."
            )
        written = shape.request_of(stored.shown)
        for name, value in changes.items():
            written[EDITABLE[name]] = value
        if "customer_id" in changes:
            written["CustomerRef"] = {"value": changes["customer_id"]}
            Rules(self._settings()).check_customer(written["CustomerRef"])
        if "total" in changes:
            written["Line"] = shape.retotalled(
                shape.request_of(stored.shown)["Line"], Decimal(str(changes["total"]))
            )
        return self._rewrite(stored, written)

    def _rewrite(self, stored: Transaction, body: Json) -> Transaction:
        changed = shape.updated(stored.shown, body, self._settings().home_currency, self._now())
        return self._store.put(
            stored.entity, changed, is_voided=stored.is_voided and not changed["TotalAmt"]
        )

    def _number(self, sent: str | None) -> str | None:
        settings = self._settings()
        if sent != AUTO_GENERATE and (
            settings.custom_transaction_numbers or (settings.keep_sent_numbers and sent)
        ):
            return sent
        self._next_number += 1
        return str(self._next_number - 1)

    def _check_number(
        self, entity: Entity, number: str | None, *, holder_may_be: str | None
    ) -> None:
        settings = self._settings()
        holder = self._store.holder_of(entity, number) if number is not None else None
        if holder in (None, holder_may_be):
            return
        if settings.custom_transaction_numbers and settings.warn_duplicate_numbers:
            raise Rules(settings).duplicate(str(number), entity, str(holder))

    def _check_token(self, stored: Transaction, body: Json) -> None:
        if body.get("SyncToken") is None:
            raise fault(
                "2020",
                "Required parameter SyncToken is missing in the request",
                element="SyncToken",
            )
        if str(body["SyncToken"]) != stored.shown["SyncToken"]:
            raise fault("5010", "You and another user were working on this at the same time")

    def _now(self) -> str:
        return time_text(self._clock())
