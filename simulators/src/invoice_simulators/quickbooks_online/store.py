"""The stored transactions of the company, and what queries see of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from invoice_simulators.quickbooks_online.rules import SALES_ITEM, is_item_line
from invoice_simulators.replica import Replica
from invoice_simulators.wire import Json, decimal_text, dumps, loads

Entity = Literal["Invoice", "CreditMemo"]
DOCUMENT_TYPES: dict[Entity, str] = {"Invoice": "invoice", "CreditMemo": "credit_memo"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction; ``raw`` is the object of the API as JSON, a tenth of the size of its tree."""

    id: str
    entity: Entity
    number: str | None
    date: str
    due_date: str | None
    customer_id: str
    total: Decimal
    balance: Decimal
    created: datetime
    changed: datetime
    is_voided: bool
    raw: bytes

    @property
    def shown(self) -> Json:
        """The object of the API."""
        tree: Json = loads(self.raw)
        return tree

    @property
    def state(self) -> str:
        """How it stands, as every simulated provider names it."""
        if self.is_voided:
            return "void"
        return "paid" if self.total > 0 and self.balance == 0 else "open"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is left of a deleted transaction: its id and when it went."""

    id: str
    entity: Entity
    changed: datetime


def number_key(entity: Entity, number: str | None) -> tuple[Entity, str | None]:
    """Return the key under which queries find document numbers."""
    return entity, number


class TransactionStore:
    """Ids are unique over both entities, document numbers within one. ``replica`` is what queries read."""

    def __init__(self, replica: Replica[Transaction]) -> None:
        self._by_id: dict[str, Transaction] = {}
        self._ids: dict[tuple[Entity, str | None], dict[str, None]] = {}
        self._last_id = 0
        self.deletions: list[Deletion] = []
        self.replica = replica

    def new_id(self) -> str:
        """Return the next id; payments take theirs from the same row."""
        self._last_id += 1
        return str(self._last_id)

    def put(self, entity: Entity, shown: Json, *, is_voided: bool = False) -> Transaction:
        """Store a transaction, or its next state."""
        stored = _transaction(entity, shown, is_voided=is_voided)
        known = self._by_id.get(stored.id)
        if known is not None and known.number != stored.number:
            self._ids[number_key(entity, known.number)].pop(stored.id)
        self._by_id[stored.id] = stored
        self._ids.setdefault(number_key(entity, stored.number), {})[stored.id] = None
        self.replica.write(stored.id, stored)
        return stored

    def find(self, entity: Entity, transaction_id: str) -> Transaction | None:
        """Find by id within an entity."""
        found = self._by_id.get(transaction_id)
        return found if found is not None and found.entity == entity else None

    def get(self, transaction_id: str) -> Transaction:
        """Find by id. Raises ``ValueError``."""
        if transaction_id not in self._by_id:
            raise ValueError(f'There is no transaction "{transaction_id}".')
        return self._by_id[transaction_id]

    def holder_of(self, entity: Entity, number: str) -> str | None:
        """Return the id of the first transaction with a document number."""
        return next(iter(self._ids.get(number_key(entity, number), ())), None)

    def all(self) -> Iterable[Transaction]:
        """Return what exists, oldest first."""
        return self._by_id.values()

    def delete(self, stored: Transaction, changed: datetime) -> None:
        """Delete: its number is free again, and only its id is remembered."""
        del self._by_id[stored.id]
        self._ids[number_key(stored.entity, stored.number)].pop(stored.id)
        self.deletions.append(Deletion(stored.id, stored.entity, changed))
        self.replica.write(stored.id, None)

    def was_deleted(self, transaction_id: str) -> bool:
        """Whether there was a transaction with this id."""
        return any(deletion.id == transaction_id for deletion in self.deletions)

    def clear(self) -> None:
        """Forget everything."""
        self._by_id.clear()
        self._ids.clear()
        self._last_id = 0
        self.deletions.clear()
        self.replica.clear()


def summary(stored: Transaction) -> Json:
    """Return a transaction in the words that all simulated providers have in common.

    ``external_id`` is the first UUID of the private note.
    """
    shown = stored.shown
    note = shown.get("PrivateNote") or ""
    named = UUID.search(note)
    return {
        "id": stored.id,
        "external_id": named.group() if named else None,
        "doc_number": stored.number,
        "document_type": DOCUMENT_TYPES[stored.entity],
        "state": stored.state,
        "currency": shown["CurrencyRef"]["value"],
        "total": decimal_text(stored.total),
        "note": note,
        "customer_id": stored.customer_id,
        "lines": [_short_line(line) for line in shown["Line"] if is_item_line(line)],
    }


def _transaction(entity: Entity, shown: Json, *, is_voided: bool) -> Transaction:
    meta = shown["MetaData"]
    return Transaction(
        id=shown["Id"],
        entity=entity,
        number=shown.get("DocNumber"),
        date=shown["TxnDate"],
        due_date=shown.get("DueDate"),
        customer_id=shown["CustomerRef"]["value"],
        total=Decimal(shown["TotalAmt"]),
        balance=Decimal(shown["Balance"]),
        created=datetime.fromisoformat(meta["CreateTime"]),
        changed=datetime.fromisoformat(meta["LastUpdatedTime"]),
        is_voided=is_voided,
        raw=dumps(shown),
    )


def _short_line(line: Json) -> Json:
    return {
        "item": line[SALES_ITEM]["ItemRef"]["value"],
        "amount": decimal_text(Decimal(line["Amount"])),
        "description": line.get("Description"),
    }
