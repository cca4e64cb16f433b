"""The history of an invoice, from its records in the four topics. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_operations.amounts import amount_text
from invoice_operations.view.cases import Place, place_of
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.headers import REPLAY_COUNT, REPLAY_ID
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes
from invoice_shared.settings import KafkaSettings

# Fields of the newest event that add nothing.
NOT_SHOWN = frozenset({"schema_version", "invoice_id", "outcome", "stands"})
SOURCES = {"webhook": "received", "reconcile": "enqueued by reconcile", "manual": "started over"}


@dataclass(frozen=True, slots=True)
class Event:
    """One step. ``at`` is the record's time at the broker."""

    at: datetime
    what: str
    place: Place
    detail: str


def tell(record: Record, settings: KafkaSettings) -> Event:
    """Return what a record means for its invoice."""
    if record.value is None and record.topic == settings.invoice_outcomes_topic:
        return Event(
            record.time, "outcome: removed", place_of(record), "a tombstone removed the entry"
        )
    try:
        what, detail = _tellers(settings)[record.topic](record.value)
    except MalformedRecord as error:
        what, detail = "unreadable", error.reason
    return Event(
        record.time,
        what,
        place_of(record),
        "; ".join(part for part in (detail, _replay(record)) if part),
    )


def _tellers(settings: KafkaSettings) -> dict[str, Callable[[bytes | None], tuple[str, str]]]:
    return {
        settings.raw_invoices_topic: lambda value: _received(from_bytes(RawInvoice, value)),
        settings.formatted_invoices_topic: lambda value: _formatted(
            from_bytes(FormattedInvoice, value)
        ),
        settings.invoice_errors_topic: lambda value: _failed(from_bytes(InvoiceFailure, value)),
        settings.invoice_outcomes_topic: lambda value: _settled(from_bytes(Outcome, value)),
    }


def _received(raw: RawInvoice) -> tuple[str, str]:
    return SOURCES[raw.source], f"customer {raw.customer_id}, event {raw.event_id}"


def _formatted(document: FormattedInvoice) -> tuple[str, str]:
    kind, lines = document.document_type.replace("_", " "), len(document.line_items)
    total = f"{amount_text(document.total, document.currency)} {document.currency}"
    return "formatted", f"{kind} for {document.destination}: {total}, {lines} line(s)"


def _failed(failure: InvoiceFailure) -> tuple[str, str]:
    tried = f" after {failure.attempts} attempts" if failure.attempts > 1 else ""
    answered = (
        f" (answered {failure.provider_response.status})" if failure.provider_response else ""
    )
    return (
        "failed",
        (
            f"{failure.stage}, {failure.code}{tried}: {failure.reason}{answered}"
            f" [{failure.failure_id[:12]}]"
        ),
    )


def _settled(outcome: Outcome) -> tuple[str, str]:
    if outcome.outcome == "created":
        untold = ", but the report to Metronome failed" if outcome.failure_id else ""
        return (
            "outcome: created",
            f"{outcome.destination} document {outcome.provider_document_id}{untold}",
        )
    by = f"by {outcome.resolved_by}: " if outcome.resolved_by else ""
    return f"outcome: {outcome.outcome}", f"{by}{outcome.reason or outcome.code or ''}"


def _replay(record: Record) -> str:
    replay_id, count = record.header(REPLAY_ID), record.header(REPLAY_COUNT)
    if replay_id is None:
        return ""
    return (
        f"replay {replay_id.decode(errors='replace')}, number"
        f" {(count or b'1').decode(errors='replace')}"
    )


def events(records: Iterable[Record], settings: KafkaSettings) -> list[Event]:
    """Return all steps in chronological order."""
    order = {topic: index for index, topic in enumerate(_tellers(settings))}
    told = [tell(record, settings) for record in records]
    return sorted(told, key=lambda event: (event.at, order[event.place.topic], event.place.offset))


def summary(invoice_id: str, known: KnownInvoice, waiting: Sequence[Record]) -> dict[str, Any]:
    """Return an invoice's state, open failure, documents and the newest event's facts.

    ``waiting`` are its records that no service has consumed.
    """
    event = known.newest or next(iter(known.documents), None)
    facts = event.model_dump() if event else dict.fromkeys(Outcome.model_fields)
    open_failure = known.open_failure
    return {
        "invoice_id": invoice_id,
        "state": _state(known, waiting),
        "open_failure": (open_failure.failure_id or invoice_id) if open_failure else None,
        "documents": [_document(each) for each in known.documents],
        **{name: value for name, value in facts.items() if name not in NOT_SHOWN},
    }


def _state(known: KnownInvoice, waiting: Sequence[Record]) -> str:
    """Return the state; ``in-progress`` if a record is on its way, also again.

    ``missing``, as in a reconciliation, is an invoice that was consumed and whose ledger entry
    somebody removed.

    Consumed records have ended, whatever the clocks say. Others may have ended as well and be
    committed soon. An invoice with a valid document and no open failure is created, whatever else
    is on its way.
    """
    if known.standing and known.open_failure is None:
        return "created"
    newest = known.newest
    if newest is None:
        return "in-progress" if waiting else "missing"
    if any(record.time > newest.settled_at for record in waiting):
        return "in-progress"
    return "created" if known.standing else newest.outcome


def _document(document: Outcome) -> str:
    account = f" in {document.account}" if document.account else ""
    removed = ", which was removed there" if document.stands is False else ""
    return f"{document.destination} {document.provider_document_id}{account}{removed}"
