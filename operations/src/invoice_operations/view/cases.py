"""A failure as an operator sees it: what went wrong, where it lies, and whether it still is so. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from invoice_operations.view.ledger import Ledger, is_open
from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import failure_key
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes

State = Literal["open", "created", "skipped", "resolved", "superseded"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies, or lay before it was archived."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Case:
    """One failure without its original, so that many fit into memory. ``key`` is the record's.

    ``place`` is ``None`` where only the ledger remembers it: the errors topic has its retention.
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
    source: str | None = None
    place: Place | None = None
    state: State = "open"
    total: Decimal | None = None
    currency: str | None = None


def place_of(record: Record) -> Place:
    """Give a record's place."""
    return Place(record.topic, record.partition, record.offset)


def failures_in(records: Iterable[Record]) -> Iterator[tuple[InvoiceFailure, Record]]:
    """Read the failures among records of the errors topic; what is none of ours is left to the archive."""
    for record in records:
        try:
            yield from_bytes(InvoiceFailure, record.value), record
        except MalformedRecord:
            continue


def case_of(failure: InvoiceFailure, place: Place) -> Case:
    """Keep of a failure what lists and decisions need."""
    source = failure.source
    return Case(
        failure_id=failure.failure_id,
        key=failure_key(failure).decode("utf-8", "replace"),
        stage=failure.stage,
        code=failure.code,
        reason=failure.reason,
        failed_at=failure.failed_at,
        invoice_id=failure.invoice_id,
        customer_id=failure.customer_id,
        destination=failure.destination,
        source=None if source.topic is None else f"{source.topic}[{source.partition}]@{source.offset}",
        place=place,
    )


def remembered(key: str, outcome: Outcome) -> Case:
    """Make the case of a failure that only the ledger still knows."""
    return Case(
        failure_id=outcome.failure_id or "",
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


def judge(cases: dict[str, Case], ledger: Ledger) -> dict[str, Case]:
    """Give the cases by failure id with their state, total and currency, and those that only the ledger knows."""
    judged = {failure_id: _judged(case, ledger.get(case.key)) for failure_id, case in cases.items()}
    forgotten = [remembered(key, outcome) for key, outcome in ledger.items() if is_open(outcome)]
    return judged | {case.failure_id: case for case in forgotten if case.failure_id not in judged}


def _judged(case: Case, outcome: Outcome | None) -> Case:
    if outcome is None:
        return case
    return replace(case, state=state_of(case, outcome), total=outcome.total, currency=outcome.currency)


def state_of(case: Case, outcome: Outcome) -> State:
    """Tell what became of a failure from the newest outcome of its invoice."""
    if outcome.failure_id == case.failure_id:
        return "resolved" if outcome.outcome == "resolved" else "open"
    if outcome.settled_at < case.failed_at:  # this failure's own entry is on its way
        return "open"
    return "superseded" if outcome.outcome == "failed" else outcome.outcome
