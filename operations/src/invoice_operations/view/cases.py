"""A failure as operators see it: the error, its record's position and its state.

Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from invoice_operations.replay.marks import replays
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import failure_key
from invoice_shared.headers import REPLAY_ID
from invoice_shared.original import headers_of
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers, Record
from invoice_shared.serde import from_bytes

State = Literal["open", "created", "skipped", "resolved", "superseded"]


@dataclass(frozen=True, slots=True)
class Place:
    """A record's position, even if it is now only in the archive."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Case:
    """One failure without its original, so that many fit in memory. ``key`` is the record's.

    ``place`` is ``None`` if only the ledger has it, after the errors topic's retention. ``source``
    is the position of the record that failed. ``replay_id`` is the replay that sent that record,
    ``replay_count`` the number of replays so far. ``documents`` names the invoice's existing
    documents, so that nobody bills it by hand.
    """

    failure_id: str
    key: str
    stage: str
    code: str
    reason: str
    failed_at: datetime
    invoice_id: str | None = None
    customer_id: str | None = None
    destination: str | None = None
    retryable: bool | None = None
    attempts: int | None = None
    source: Place | None = None
    replay_id: str | None = None
    replay_count: int = 0
    place: Place | None = None
    state: State = "open"
    total: Decimal | None = None
    currency: str | None = None
    documents: str | None = None


def place_of(record: Record) -> Place:
    """Return a record's position."""
    return Place(record.topic, record.partition, record.offset)


def failures_in(records: Iterable[Record]) -> Iterator[tuple[InvoiceFailure, Record]]:
    """Yield the failures among records of the errors topic; skip other records."""
    for record in records:
        try:
            yield from_bytes(InvoiceFailure, record.value), record
        except MalformedRecord:
            continue


def case_of(failure: InvoiceFailure, place: Place, key: bytes | None = None) -> Case:
    """Return a failure's case, with what lists and decisions need.

    An archived failure has no ``key``, so it is derived.
    """
    source, headers = failure.source, headers_of(failure.original)
    is_placed = (
        source.topic is not None and source.partition is not None and source.offset is not None
    )
    return Case(
        failure_id=failure.failure_id,
        key=(failure_key(failure) if key is None else key).decode("utf-8", "replace"),
        stage=failure.stage,
        code=failure.code,
        reason=failure.reason,
        failed_at=failure.failed_at,
        invoice_id=failure.invoice_id,
        customer_id=failure.customer_id,
        destination=failure.destination,
        retryable=failure.retryable,
        attempts=failure.attempts,
        source=Place(source.topic or "", source.partition or 0, source.offset or 0)
        if is_placed
        else None,
        replay_id=_replay_id(headers),
        replay_count=replays(headers),
        place=place,
    )


def remembered(key: str, outcome: Outcome) -> Case:
    """Return the case of a failure that only the ledger has."""
    return Case(
        failure_id=outcome.failure_id or key,
        key=key,
        stage=outcome.stage or "",
        code=outcome.code or "",
        reason=outcome.reason or "",
        failed_at=outcome.settled_at,
        invoice_id=outcome.invoice_id,
        customer_id=outcome.customer_id,
        destination=outcome.destination,
        total=outcome.total,
        currency=outcome.currency,
    )


def document_names(known: KnownInvoice) -> str | None:
    """Return an invoice's existing documents as text for lists; ``None`` if it has none."""
    return (
        ", ".join(f"{each.destination} {each.provider_document_id}" for each in known.standing)
        or None
    )


def state_of(
    failure_id: str, failed_at: datetime, known: KnownInvoice, *, is_entered: bool
) -> State:
    """Return a failure's state, from what is known of its invoice.

    ``is_entered``: the ledger has had the failure's own entry, so the newest one came later.
    Otherwise the clocks decide.
    """
    newest = known.newest
    if newest is None:
        return "open"
    if newest.failure_id == failure_id:
        return "resolved" if newest.outcome == "resolved" else "open"
    if not is_entered and newest.settled_at < failed_at:  # this failure's own entry will follow
        return "open"
    if newest.outcome == "skipped" and known.standing:
        return "created"
    return "superseded" if newest.outcome == "failed" else newest.outcome


def _replay_id(headers: Headers) -> str | None:
    found = [value for name, value in headers if name == REPLAY_ID]
    return found[-1].decode("utf-8", "replace") if found else None
