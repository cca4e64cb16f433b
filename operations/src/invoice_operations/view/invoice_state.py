"""Combine the ledger rows of one invoice: newest event, documents, stale rows.

Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from invoice_operations.view.entry import is_newer
from invoice_operations.view.ledger_rows import (
    DOCUMENT,
    EVENT,
    OLDER_DOCUMENT,
    document_text,
    outcome_in,
)
from invoice_shared.outcome import Outcome


class StoredRow(NamedTuple):
    """A row of the table ``ledger``; see ``LedgerRow``."""

    rowid: int
    invoice_id: str
    kind: int
    document: str
    partition: int
    offset: int
    timestamp: int
    failure_id: str | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class KnownInvoice:
    """Two separate facts: the newest event, and all known documents, the oldest first.

    An invoice can have both a valid document and an open failure. A document is entered before its
    event, so it may be known without one.
    """

    newest: Outcome | None = None
    documents: list[Outcome] = field(default_factory=list)

    @property
    def standing(self) -> list[Outcome]:
        """The documents that were not found void, cancelled or deleted."""
        return [each for each in self.documents if each.stands is not False]

    @property
    def open_failure(self) -> Outcome | None:
        """The newest event if a person must act on it."""
        return self.newest if self.newest is not None and is_open(self.newest) else None

    @property
    def money(self) -> tuple[Decimal | None, str | None]:
        """Total and currency of the newest event, else of a document."""
        events = (self.newest, *self.documents)
        told = (
            (each.total, each.currency)
            for each in events
            if each is not None and each.total is not None
        )
        return next(told, (None, None))


def is_open(outcome: Outcome) -> bool:
    """Whether a person must act: failed, or created without a report to Metronome."""
    return outcome.outcome == "failed" or (
        outcome.outcome == "created" and outcome.failure_id is not None
    )


@dataclass(slots=True)
class Tidied:
    """Rows of one invoice: to keep, to delete, and events to keep as documents."""

    kept: list[StoredRow] = field(default_factory=list)
    stale: list[StoredRow] = field(default_factory=list)
    documents: list[StoredRow] = field(default_factory=list)


def tidy(rows: Sequence[StoredRow]) -> Tidied:
    """Return which rows of one invoice are replaced by newer ones.

    A replaced event that created a document is kept as that document. A tombstone removes all
    earlier rows of its key. A document's tombstone is kept, so that an event replaced later does
    not bring the document back.
    """
    newest = {row.rowid for row in _newest(rows) if row.value is not None or row.kind == DOCUMENT}
    tombstone = _last(row for row in rows if row.kind == EVENT and row.value is None)
    own = {row.document for row in rows if row.kind == DOCUMENT and row.rowid in newest}
    known = own | {
        row.document for row in rows if row.kind == OLDER_DOCUMENT and row.rowid in newest
    }
    tidied = Tidied()
    for row in rows:
        is_removed = tombstone is not None and row.kind != DOCUMENT and not is_newer(row, tombstone)
        has_own = row.kind == OLDER_DOCUMENT and row.document in own
        if row.rowid in newest and not is_removed and not has_own:
            tidied.kept.append(row)
        elif not is_removed and (document := _created_by(row)) and document not in known:
            known.add(document)
            tidied.documents.append(
                row._replace(kind=OLDER_DOCUMENT, document=document, failure_id=None)
            )
        else:
            tidied.stale.append(row)
    return tidied


def known_invoice(rows: Sequence[StoredRow]) -> KnownInvoice:
    """Return what the ledger says about an invoice."""
    event = _last(row for row in rows if row.kind == EVENT)
    return KnownInvoice(None if event is None else outcome_in(event.value), _documents(rows))


def _documents(rows: Iterable[StoredRow]) -> list[Outcome]:
    """Return all known documents, the oldest first.

    A plain ``created`` of an older ledger counts as a document.
    """
    found: dict[str, Outcome] = {}
    for row in sorted(rows, key=lambda row: (row.kind != DOCUMENT, row.timestamp)):
        outcome = outcome_in(row.value)
        if outcome is not None and (name := document_text(outcome.document_key)):
            found.setdefault(name, outcome)
    return sorted(
        found.values(), key=lambda outcome: outcome.document_created_at or outcome.settled_at
    )


def _created_by(row: StoredRow) -> str:
    outcome = outcome_in(row.value) if row.kind == EVENT else None
    return "" if outcome is None else document_text(outcome.document_key)


def _newest(rows: Iterable[StoredRow]) -> Iterable[StoredRow]:
    slots: dict[tuple[int, str], StoredRow] = {}
    for row in rows:
        slot = (row.kind, row.document)
        if slot not in slots or is_newer(row, slots[slot]):
            slots[slot] = row
    return slots.values()


def _last(rows: Iterable[StoredRow]) -> StoredRow | None:
    last: StoredRow | None = None
    for row in rows:
        if last is None or is_newer(row, last):
            last = row
    return last
