"""All changes that the API or a person can make to an account's invoices. No HTTP."""

from collections.abc import Callable, Mapping
from random import Random

from invoice_simulators.razorpay.lifecycle import (
    cancelled,
    check_change,
    deleted,
    expired,
    issued,
    paid,
)
from invoice_simulators.razorpay.rules import check_invoice, check_texts, with_items
from invoice_simulators.razorpay.settings import RazorpaySettings
from invoice_simulators.razorpay.shape import frame, minor, new_id, request_of, wanted_messages
from invoice_simulators.razorpay.store import InvoiceStore, StoredInvoice
from invoice_simulators.wire import Clock, Json

EDITABLE = {
    "note": "description",
    "number": "receipt",
    "customer_id": "customer_id",
    "total": "line_items",
}


class Account:
    """Each method is one effect, done completely or refused with ``ApiError``."""

    def __init__(
        self, store: InvoiceStore, settings: Callable[[], RazorpaySettings], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._random = Random(1)  # noqa: S311 - ids only have to look like Razorpay's

    def create(self, body: Json) -> StoredInvoice:
        """Store an invoice; it is issued at once unless ``draft`` is ``"1"``.

        Nothing is idempotent here.
        """
        filled = with_items(body, self._settings())
        check_invoice(filled, self._settings(), self._now())
        shown = frame(filled, new_id(self._random, "inv"), self._now(), self._random)
        messages = wanted_messages(body)
        if body.get("draft") != "1":
            shown = issued(shown, self._now(), messages, self._random)
        return self._store.put(shown, messages)

    def issue(self, invoice_id: str) -> StoredInvoice:
        """Issue a draft."""
        stored = self._store.get(invoice_id)
        choices = {"as-created": stored.messages, "always": ("sms", "email"), "never": ()}
        wanted = choices[self._settings().issue_messages]
        return self._store.change(stored, issued(stored.shown, self._now(), wanted, self._random))

    def update(self, invoice_id: str, changes: Json) -> StoredInvoice:
        """Change fields; a draft is checked as a whole again."""
        stored = self._store.get(invoice_id)
        shown = stored.shown
        check_change(shown, changes)
        if shown["status"] != "draft":
            check_texts(changes)
            changed = shown | changes
            return self._store.change(stored, changed | {"invoice_number": changed["receipt"]})
        body = with_items(request_of(shown) | changes, self._settings())
        check_invoice(body | {"draft": "1"}, self._settings(), self._now())
        return self._store.change(stored, frame(body, stored.id, stored.created_at, self._random))

    def cancel(self, invoice_id: str) -> StoredInvoice:
        """Cancel an invoice that is not paid."""
        stored = self._store.get(invoice_id)
        return self._store.change(stored, cancelled(stored.shown, self._now()))

    def expire(self, invoice_id: str) -> StoredInvoice:
        """Let an invoice expire."""
        stored = self._store.get(invoice_id)
        return self._store.change(stored, expired(stored.shown, self._now()))

    def delete(self, invoice_id: str) -> None:
        """Delete a draft."""
        stored = self._store.get(invoice_id)
        self._store.delete(
            stored, deleted(stored.shown), stays_listed=self._settings().deleted_stay_listed
        )

    def pay(self, invoice_id: str, amount: str | None) -> StoredInvoice:
        """Take a payment in major units; null: all that is due."""
        stored = self._store.get(invoice_id)
        shown = stored.shown
        taken = (shown["amount_due"] or 0) if amount is None else minor(amount, shown["currency"])
        return self._store.change(stored, paid(shown, taken, self._now(), self._random))

    def edit(self, invoice_id: str, changes: Mapping[str, str | None]) -> StoredInvoice:
        """Change ``total``, ``note``, ``number`` (the receipt) or ``customer_id`` as a person."""
        if unknown := set(changes) - set(EDITABLE):
            raise ValueError(
                f"Cannot edit {', '.join(sorted(unknown))}: use {', '.join(sorted(EDITABLE))}."
            )
        given: Json = {EDITABLE[name]: value for name, value in changes.items()}
        if "total" in changes:
            shown = self._store.get(invoice_id).shown
            first, *others = request_of(shown)["line_items"]
            difference = minor(str(changes["total"]), shown["currency"]) - shown["amount"]
            given["line_items"] = [first | {"amount": first["amount"] + difference}, *others]
        return self.update(invoice_id, given)

    def _now(self) -> int:
        return int(self._clock())
