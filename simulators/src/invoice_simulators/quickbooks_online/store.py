"""The company's stored transactions, and the replica for queries."""

from collections.abc import Iterable
from datetime import datetime

from invoice_simulators.quickbooks_online.transactions import (
    Deletion,
    Entity,
    Transaction,
    stored_as,
)
from invoice_simulators.replica import Replica
from invoice_simulators.wire import Json


def number_key(entity: Entity, number: str | None) -> tuple[Entity, str | None]:
    """Return the replica's key of a document number."""
    return entity, number


class TransactionStore:
    """Ids are unique over both entities, document numbers within one.

    ``replica`` is what queries read.
    """

    def __init__(self, replica: Replica[Transaction]) -> None:
        self._by_id: dict[str, Transaction] = {}
        self._ids: dict[tuple[Entity, str | None], dict[str, None]] = {}
        self._last_id = 0
        self.deletions: list[Deletion] = []
        self.replica = replica

    def new_id(self) -> str:
        """Return the next id; payments use the same sequence."""
        self._last_id += 1
        return str(self._last_id)

    def put(self, entity: Entity, shown: Json, *, is_voided: bool = False) -> Transaction:
        """Store a transaction, or its next state."""
        stored = stored_as(entity, shown, is_voided=is_voided)
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
        """Delete a transaction: its number is free again, and only its id is remembered."""
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
