"""All changes that the API or a person can make to an account's transactions. No HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from invoice_simulators.netsuite.errors import forbidden, invalid_content, user_error
from invoice_simulators.netsuite.records import Transaction, document_total, record
from invoice_simulators.netsuite.rules import amount_of, check_record, lines_of, priced
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.netsuite.store import TransactionStore
from invoice_simulators.wire import Clock, Json, dumps

EDITABLE = {
    "total": "item",
    "note": "memo",
    "number": "tranId",
    "customer_id": "entity",
    "external_id": "externalId",
}


class Account:
    """Each method is one effect, done completely or refused with ``ApiError``."""

    def __init__(
        self, store: TransactionStore, settings: Callable[[], NetSuiteSettings], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def check_permission(self, record_type: RecordType) -> None:
        """Raise ``ApiError`` for a record type that the role may not use."""
        if record_type in self._settings().forbidden_record_types:
            raise forbidden(record_type)

    def create(self, record_type: RecordType, body: Json, *, strict_names: bool) -> Transaction:
        """Store a record; its external id must be free over all record types."""
        settings = self._settings()
        check_record(record_type, body, settings, strict_names=strict_names)
        self._check_external_id(body.get("externalId"), holder_may_be=None)
        held = priced(body, settings.base_prices)
        shipping = Decimal(settings.shipping_cost)
        new = record(
            self._store.new_id(), record_type, held, settings.currencies, shipping, self._clock()
        )
        return self._store.put(new)

    def update(self, stored: Transaction, changes: Json, *, strict_names: bool) -> Transaction:
        """Change fields of the header; null clears one."""
        if "item" in changes:
            raise invalid_content(
                "Invalid content in the request body. Lines are not updated here.", "item"
            )
        body = {name: value for name, value in (stored.body | changes).items() if value is not None}
        check_record(stored.record_type, body, self._settings(), strict_names=strict_names)
        return self._rewrite(stored, body)

    def delete(self, stored: Transaction) -> None:
        """Delete a record without payments."""
        _check_unpaid(stored, "deleted")
        self._store.delete(stored, keeps_external_id=self._settings().deleted_keep_external_ids)

    def void(self, stored: Transaction) -> Transaction:
        """Void a record: it stays, including its external id, with zero amounts."""
        _check_unpaid(stored, "voided")
        lines = [
            line | {"amount": 0} | ({"rate": 0} if "rate" in line else {})
            for line in lines_of(stored.body)
        ]
        raw = dumps(stored.body | {"item": {"items": lines}})
        zero = Decimal(0)
        return self._put(replace(stored, raw=raw, total=zero, shipping=zero, is_voided=True))

    def pay(self, stored: Transaction, amount: str | None) -> Transaction:
        """Apply a payment in major units; null: all that remains."""
        remaining = stored.total - stored.paid
        taken = remaining if amount is None else Decimal(amount)
        if not 0 < taken <= remaining:
            raise user_error(f"The amount {taken} can not be applied to what remains, {remaining}.")
        return self._put(replace(stored, paid=stored.paid + taken))

    def edit(self, stored: Transaction, changes: Mapping[str, str | None]) -> Transaction:
        """Change ``total``, ``note``, ``number``, ``customer_id`` or ``external_id``."""
        if unknown := set(changes) - set(EDITABLE):
            raise ValueError(
                f"Cannot edit {', '.join(sorted(unknown))}: use {', '.join(sorted(EDITABLE))}."
            )
        given: Json = {EDITABLE[name]: value for name, value in changes.items()}
        if "customer_id" in changes:
            given["entity"] = {"id": changes["customer_id"]}
        if "total" in changes:
            given["item"] = {"items": _retotalled(stored, Decimal(str(changes["total"])))}
        body = {name: value for name, value in (stored.body | given).items() if value is not None}
        return self._rewrite(stored, body)

    def _rewrite(self, stored: Transaction, body: Json) -> Transaction:
        external_id = body.get("externalId")
        self._check_external_id(external_id, holder_may_be=stored.internal_id)
        total = document_total(body, stored.shipping)
        if stored.is_voided and total != stored.total:
            raise user_error("You can not change the amounts of a voided transaction.")
        return self._put(replace(stored, raw=dumps(body), external_id=external_id, total=total))

    def _put(self, changed: Transaction) -> Transaction:
        return self._store.put(replace(changed, changed_at=self._clock()))

    def _check_external_id(self, external_id: str | None, *, holder_may_be: str | None) -> None:
        if self._store.holder_of(external_id) not in (None, holder_may_be):
            raise user_error(self._settings().duplicate_wording)


def _check_unpaid(stored: Transaction, what: str) -> None:
    if stored.paid:
        raise user_error(f"This transaction can not be {what}, because a payment is applied to it.")


def _retotalled(stored: Transaction, total: Decimal) -> list[Json]:
    first, *others = lines_of(stored.body)
    kept = {name: value for name, value in first.items() if name not in ("quantity", "rate")}
    return [kept | {"amount": amount_of(first) + total - stored.total}, *others]
