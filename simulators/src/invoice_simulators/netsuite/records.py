"""The stored transactions, and how a record is shown. Lookup by internal id, or by external id within a record type."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from invoice_simulators.netsuite.rules import amount_of, lines_of, total_of
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.wire import Json, decimal_text, dumps, loads

NAMES = {
    "USD": "US Dollar",
    "GBP": "British Pound",
    "CAD": "Canadian Dollar",
    "EUR": "Euro",
    "INR": "Indian Rupee",
    "AUD": "Australian Dollar",
    "CHF": "Swiss Franc",
}
"""A currency is shown by its name in the account, not by its ISO code."""

DOCUMENT_TYPES: dict[RecordType, str] = {"invoice": "invoice", "creditMemo": "credit_memo"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """One stored record; ``raw`` is the body as sent, as JSON: a tenth of the size of its tree."""

    internal_id: str
    record_type: RecordType
    raw: bytes
    currency_id: str
    currency: str
    total: Decimal

    @property
    def body(self) -> Json:
        """The body as sent."""
        tree: Json = loads(self.raw)
        return tree


class TransactionStore:
    """Internal ids are unique over all types; external ids within one."""

    def __init__(self) -> None:
        self._by_id: dict[str, Transaction] = {}
        self._by_external_id: dict[tuple[RecordType, str], Transaction] = {}

    def add(self, record_type: RecordType, body: Json, currencies: dict[str, str]) -> Transaction | None:
        """Store a checked record; null where its external id is taken."""
        external_id = body.get("externalId")
        if external_id is not None and (record_type, external_id) in self._by_external_id:
            return None
        currency_id = body.get("currency", {}).get("id", "1")
        internal_id = str(1001 + len(self._by_id))
        stored = Transaction(
            internal_id, record_type, dumps(body), currency_id, currencies[currency_id], total_of(body)
        )
        self._by_id[internal_id] = stored
        if external_id is not None:
            self._by_external_id[record_type, external_id] = stored
        return stored

    def find(self, record_type: RecordType, key: str) -> Transaction | None:
        """Find by internal id, or by ``eid:`` and external id."""
        if key.startswith("eid:"):
            return self._by_external_id.get((record_type, key.removeprefix("eid:")))
        found = self._by_id.get(key)
        return found if found is not None and found.record_type == record_type else None

    def clear(self) -> None:
        """Forget everything."""
        self._by_id.clear()
        self._by_external_id.clear()

    def documents(self) -> Iterable[Json]:
        """Give what exists in short."""
        for stored in self._by_id.values():
            body = stored.body
            yield {
                "id": stored.internal_id,
                "external_id": body.get("externalId"),
                "document_type": DOCUMENT_TYPES[stored.record_type],
                "currency": stored.currency,
                "total": decimal_text(stored.total),
                "customer_id": body["entity"]["id"],
                "lines": [_short_line(line) for line in lines_of(body)],
            }


def _short_line(line: Json) -> Json:
    return {
        "item": line["item"]["id"],
        "amount": decimal_text(amount_of(line)),
        "quantity": decimal_text(Decimal(line["quantity"])) if "quantity" in line else None,
        "description": line.get("description"),
    }


def show(stored: Transaction, base_url: str, fields: str | None, *, expand: bool) -> Json:
    """Show a record as GET does. ``fields`` limits it by name; without ``expand`` the lines are only linked."""
    url = f"{base_url}/{stored.record_type}/{stored.internal_id}"
    body = stored.body
    record: Json = {
        **body,
        "links": [{"rel": "self", "href": url}],
        "id": stored.internal_id,
        "tranId": body.get("tranId", _number(stored)),
        "entity": {**body["entity"], "refName": f"Customer {body['entity']['id']}"},
        "currency": {"id": stored.currency_id, "refName": NAMES.get(stored.currency, stored.currency)},
        "subtotal": stored.total,
        "total": stored.total,
        "item": _sublist(lines_of(body), url, expand=expand),
    }
    if fields is None:
        return record
    wanted = {"links", "id", *fields.split(",")}
    return {name: value for name, value in record.items() if name in wanted}


def _number(stored: Transaction) -> str:
    """Give the document number that NetSuite sets where none was sent."""
    prefix = "INV" if stored.record_type == "invoice" else "CM"
    return f"{prefix}{int(stored.internal_id):06d}"


def _sublist(lines: Sequence[Json], url: str, *, expand: bool) -> Json:
    links: list[dict[str, Any]] = [{"rel": "self", "href": f"{url}/item"}]
    if not expand:
        return {"links": links}
    shown = [{**line, "line": index, "amount": amount_of(line)} for index, line in enumerate(lines, 1)]
    return {"links": links, "items": shown, "totalResults": len(shown)}
