"""Resolve a failure by hand, repeatable from the start if it is interrupted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from invoice_operations.decide.decider import Decider, Person
from invoice_operations.errors import NeedsAttention
from invoice_operations.resolve.resolution import Entries, Resolution, entries
from invoice_operations.resolve.telling import TellsMetronome, tell_finalized
from invoice_operations.resolve.waiting_records import waiting_records
from invoice_operations.view.id_lookup import find_case
from invoice_operations.waiting import AsksGroups
from invoice_shared.errors import CallFailed, Unavailable
from invoice_shared.filing import settlement_records
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord, Record

MAX_NAMED = 3


class ResolveClients(AsksGroups, Protocol):
    """The clients for a resolution; see ``installation.Installation``."""

    def writeback(self) -> TellsMetronome | None:
        """Return the client for statuses; ``None`` if the status write-back is off."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """``event`` is the ledger's entry.

    ``metronome`` says briefly what was reported to Metronome.
    """

    event: Outcome
    metronome: str | None = None


def resolve(asked: Resolution, clients: ResolveClients, person: Person) -> Resolved:
    """Record the decision, enter the document, report it to Metronome, enter the resolution.

    The decision comes first: from then on the creator does not send the invoice, even if the rest
    is interrupted. The resolution comes last: the failure stays open until all is done, and each
    step may be repeated. Returns once every in-sync replica has all records.

    Raises ``NotFound``, ``NeedsAttention`` if the failure is not open or a record of the invoice
    waits, ``InvalidRequest``, and what the clients raise.
    """
    view = clients.view()
    case = find_case(view.named(asked.failure_id), asked.failure_id)
    known = view.invoice(case.key)
    entered = entries(case, known, asked, person, clients.clock.now())
    metronome = clients.writeback() if entered.by_hand is not None else None
    if not asked.despite_waiting:
        _refuse(waiting_records(case, clients, view.partitions_of(case.key)))
    with clients.publisher() as publisher:
        decider = Decider(publisher, clients.kafka.invoice_decisions_topic, person, clients.clock)
        _decide(decider, entered, asked)
        *documents, event = settlement_records(
            None, entered.event, documents=entered.documents, headers=(), topics=clients.kafka
        )
        _publish(publisher, documents)
        told = _tell(metronome, entered.by_hand, view.customer_of(case.key))
        _publish(publisher, [event])
    return Resolved(entered.event, told)


def _refuse(waiting: Iterable[Record]) -> None:
    places = [record.position for record in waiting]
    if not places:
        return
    more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
    raise NeedsAttention(
        "A record of its invoice waits and may still be sent:"
        f" {', '.join(places[:MAX_NAMED])}{more}. Wait until invoices console shows that it is"
        " consumed, or resolve it anyway with --yes."
    )


def _decide(decider: Decider, entered: Entries, asked: Resolution) -> None:
    event, by_hand = entered.event, entered.by_hand
    made = (
        {}
        if by_hand is None
        else {"document_id": by_hand.provider_document_id, "destination": by_hand.destination}
    )
    decider.decide("resolve", event.invoice_id, asked.why, failure_id=event.failure_id, **made)


def _publish(publisher: Publisher, records: Iterable[OutgoingRecord]) -> None:
    for record in records:
        publisher.publish(record)


def _tell(
    metronome: TellsMetronome | None, by_hand: Outcome | None, customer_id: str | None
) -> str | None:
    if by_hand is None:
        return None
    if metronome is None:
        return "not reported: METRONOME_STATUS_WRITEBACK is false"
    try:
        return tell_finalized(metronome, by_hand, customer_id)
    except CallFailed as error:
        sentence = (
            "The invoice will not be sent, and its document is entered, but the report to"
            f" Metronome failed: {error.reason} The failure stays open. Repeat the command,"
            " without --document-id if Metronome need not know."
        )
        raise (Unavailable if isinstance(error, Unavailable) else NeedsAttention)(
            sentence
        ) from error
