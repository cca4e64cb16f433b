"""The stored transactions, by internal and external id, and the replica for look-ups."""

from collections.abc import Iterable

from invoice_simulators.netsuite.records import Transaction
from invoice_simulators.replica import Replica

FIRST_ID = 1001


class TransactionStore:
    """Internal and external ids are unique over all record types.

    ``replica`` is what look-ups read.
    """

    def __init__(self, replica: Replica[Transaction]) -> None:
        self._by_id: dict[str, Transaction] = {}
        self._taken: dict[str, str] = {}
        self._next_id = FIRST_ID
        self.replica = replica

    def new_id(self) -> str:
        """Return the next internal id."""
        self._next_id += 1
        return str(self._next_id - 1)

    def holder_of(self, external_id: str | None) -> str | None:
        """Return the internal id of an external id, even of a deleted record if it stays taken."""
        return self._taken.get(external_id.lower()) if external_id is not None else None

    def put(self, stored: Transaction) -> Transaction:
        """Store a record, or its next state."""
        known = self._by_id.get(stored.internal_id)
        if known is not None and known.external_id is not None:
            self._taken.pop(known.external_id.lower(), None)
        if stored.external_id is not None:
            self._taken[stored.external_id.lower()] = stored.internal_id
        self._by_id[stored.internal_id] = stored
        self.replica.write(stored.internal_id, stored)
        return stored

    def delete(self, stored: Transaction, *, keeps_external_id: bool) -> None:
        """Delete a record."""
        del self._by_id[stored.internal_id]
        if stored.external_id is not None and not keeps_external_id:
            self._taken.pop(stored.external_id.lower(), None)
        self.replica.write(stored.internal_id, None)

    def get(self, internal_id: str) -> Transaction | None:
        """Return the present record with an internal id, of any type."""
        return self._by_id.get(internal_id)

    def all(self) -> Iterable[Transaction]:
        """Return what exists, oldest first."""
        return self._by_id.values()

    def clear(self) -> None:
        """Forget everything."""
        self._by_id.clear()
        self._taken.clear()
        self._next_id = FIRST_ID
        self.replica.clear()
