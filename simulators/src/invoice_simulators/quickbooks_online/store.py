"""The stored transactions of the company, and the answers kept by request id."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from invoice_simulators.quickbooks_online.errors import now_text
from invoice_simulators.quickbooks_online.rules import SALES_ITEM, total_of
from invoice_simulators.wire import Json, decimal_text, dumps, loads

Entity = Literal["Invoice", "CreditMemo"]
DOCUMENT_TYPES: dict[Entity, str] = {"Invoice": "invoice", "CreditMemo": "credit_memo"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class Transaction:
    """One transaction; ``raw`` is the object of the API as JSON, a tenth of the size of its tree."""

    id: str
    entity: Entity
    number: str | None
    date: str
    raw: bytes
    voided: bool = False

    @property
    def shown(self) -> Json:
        """The object of the API."""
        tree: Json = loads(self.raw)
        return tree


class TransactionStore:
    """Ids are unique over both entities; document numbers are looked up within one."""

    def __init__(self) -> None:
        self._by_id: dict[str, Transaction] = {}
        self._by_number: dict[tuple[Entity, str], str] = {}
        self._last_id = 0
        self.answers: dict[str, bytes] = {}

    def add(self, entity: Entity, body: Json, home_currency: str) -> Transaction:
        """Store a checked transaction."""
        self._last_id += 1
        created = now_text()
        total = total_of(body["Line"])
        currency = body.get("CurrencyRef", {}).get("value", home_currency)
        shown = {
            "TxnDate": created[:10],
            **body,
            "Line": [*_numbered(body["Line"]), _subtotal(total)],
            "Id": str(self._last_id),
            "SyncToken": "0",
            "CurrencyRef": {"value": currency, "name": currency},
            "TotalAmt": total,
            "Balance": total,
            "MetaData": {"CreateTime": created, "LastUpdatedTime": created},
            "domain": "QBO",
            "sparse": False,
        }
        number = body.get("DocNumber")
        stored = Transaction(shown["Id"], entity, number, shown["TxnDate"], dumps(shown))
        self._by_id[stored.id] = stored
        if number is not None:
            self._by_number.setdefault((entity, number), stored.id)
        return stored

    def find(self, entity: Entity, transaction_id: str) -> Transaction | None:
        """Find by id."""
        found = self._by_id.get(transaction_id)
        return found if found is not None and found.entity == entity else None

    def holder_of(self, entity: Entity, number: str) -> str | None:
        """Give the id of the first transaction with a document number."""
        return self._by_number.get((entity, number))

    def all_of(self, entity: Entity) -> Iterable[Transaction]:
        """Give the transactions of one entity, oldest first."""
        return (stored for stored in self._by_id.values() if stored.entity == entity)

    def void(self, stored: Transaction) -> None:
        """Void: it stays, with zero amounts."""
        tree = stored.shown
        stored.voided = True
        stored.raw = dumps(tree | {"TotalAmt": 0, "Balance": 0, "PrivateNote": f"Voided {tree.get('PrivateNote', '')}"})

    def delete(self, stored: Transaction) -> None:
        """Delete: its number is free again."""
        del self._by_id[stored.id]
        if stored.number is not None:
            self._by_number.pop((stored.entity, stored.number), None)

    def clear(self) -> None:
        """Forget everything."""
        self._by_id.clear()
        self._by_number.clear()
        self._last_id = 0
        self.answers.clear()

    def documents(self) -> Iterable[Json]:
        """Give what exists in short; ``external_id`` is the first UUID of the private note."""
        for stored in self._by_id.values():
            shown = stored.shown
            note = UUID.search(shown.get("PrivateNote", ""))
            yield {
                "id": stored.id,
                "external_id": note.group() if note else None,
                "doc_number": stored.number,
                "document_type": DOCUMENT_TYPES[stored.entity],
                "currency": shown["CurrencyRef"]["value"],
                "total": decimal_text(Decimal(shown["TotalAmt"])),
                "voided": stored.voided,
                "customer_id": shown["CustomerRef"]["value"],
                "lines": [_short_line(line) for line in shown["Line"] if line["DetailType"] == SALES_ITEM],
            }


def _short_line(line: Json) -> Json:
    return {
        "item": line[SALES_ITEM]["ItemRef"]["value"],
        "amount": decimal_text(Decimal(line["Amount"])),
        "description": line.get("Description"),
    }


def _numbered(lines: list[Json]) -> list[Json]:
    return [{**line, "Id": str(index), "LineNum": index} for index, line in enumerate(lines, 1)]


def _subtotal(total: Decimal) -> Json:
    return {"Amount": total, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
