"""Update the table ``failures``: insert, expire and judge failures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from invoice_operations.view import ledger_table
from invoice_operations.view.cases import Case, State, document_names, remembered, state_of
from invoice_operations.view.failure_rows import COLUMNS, Row, row_of
from invoice_operations.view.invoice_state import KnownInvoice, known_invoice
from invoice_shared.types import decimal_text

INSERT = f"INSERT INTO failures ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
# A failure may be delivered again. The record itself replaces what only the ledger had.
UPSERT = f"""
{INSERT} ON CONFLICT (failure_id) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
WHERE failures.offset IS NULL OR failures.partition = excluded.partition
OR failures.timestamp <= excluded.timestamp
"""
REMEMBER = f"{INSERT} ON CONFLICT (failure_id) DO NOTHING"
CHANGE = (
    "UPDATE failures SET state = ?, total = ?, currency = ?, documents = ? WHERE failure_id = ?"
)
KNOWN = """
SELECT failure_id, key, failed_at, offset,
EXISTS (SELECT 1 FROM entered WHERE entered.failure_id = failures.failure_id) FROM failures
"""


class _Known(NamedTuple):
    failure_id: str
    key: str
    failed_at: str
    offset: int | None
    is_entered: int


@dataclass(slots=True)
class Judgement:
    """The changes: states, ended failures without a record, and those only in the ledger."""

    changes: list[tuple[str | None, ...]] = field(default_factory=list)
    over: list[tuple[str]] = field(default_factory=list)
    remembered: list[Row] = field(default_factory=list)

    def add(self, key: str, known: KnownInvoice, failures: Sequence[_Known]) -> None:
        """Judge the failures of one key by the ledger. Pure."""
        documents, event = document_names(known), known.open_failure
        still_open = None if event is None else replace(remembered(key, event), documents=documents)
        for failure in failures:
            if still_open is not None and failure.failure_id == still_open.failure_id:
                self.changes.append(("open", *_money(known), documents, failure.failure_id))
            elif failure.offset is None:
                self.over.append((failure.failure_id,))
            else:
                self.changes.append(
                    (_state(failure, known), *_money(known), documents, failure.failure_id)
                )
        if still_open is not None and all(
            failure.failure_id != still_open.failure_id for failure in failures
        ):
            self.remembered.append(row_of(still_open, None))


def take(connection: Connection, cases: Iterable[tuple[Case, int]]) -> None:
    """Add failures with their records' times; ``settle`` judges them."""
    connection.executemany(UPSERT, (row_of(case, timestamp) for case, timestamp in cases))


def expire(connection: Connection, first_offsets: Mapping[int, int]) -> list[str]:
    """Forget positions that the errors topic has deleted; return their failures' keys."""
    keys: list[str] = []
    for place in first_offsets.items():
        found = connection.execute(
            "SELECT key FROM failures WHERE partition = ? AND offset < ?", place
        )
        keys += [key for (key,) in found]
        connection.execute(
            "UPDATE failures SET partition = NULL, offset = NULL WHERE partition = ? AND"
            " offset < ?",
            place,
        )
    return keys


def settle(connection: Connection, keys: Iterable[str]) -> None:
    """Tidy the ledger's rows of these keys, and judge their failures."""
    for chunk in ledger_table.chunks(dict.fromkeys(keys)):
        _settle(connection, chunk)


def _settle(connection: Connection, keys: Sequence[str]) -> None:
    rows, known = ledger_table.tidied(connection, keys), _known(connection, keys)
    judgement = Judgement()
    for key in keys:
        if key in known or any(row.failure_id is not None for row in rows.get(key, ())):
            judgement.add(key, known_invoice(rows.get(key, ())), known.get(key, ()))
    connection.executemany(CHANGE, judgement.changes)
    connection.executemany("DELETE FROM failures WHERE failure_id = ?", judgement.over)
    connection.executemany(REMEMBER, judgement.remembered)


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, list[_Known]]:
    found: dict[str, list[_Known]] = defaultdict(list)
    for row in connection.execute(f"{KNOWN} WHERE key IN ({ledger_table.marks(keys)})", keys):
        found[row[1]].append(_Known(*row))
    return found


def _state(failure: _Known, known: KnownInvoice) -> State:
    failed_at = datetime.fromisoformat(failure.failed_at)
    return state_of(failure.failure_id, failed_at, known, is_entered=bool(failure.is_entered))


def _money(known: KnownInvoice) -> tuple[str | None, str | None]:
    total, currency = known.money
    return None if total is None else decimal_text(total), currency
