"""Build the ledger entries of a person's resolution: the event and the documents.

Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.view.cases import Case, State
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_providers.names import all_destinations, destinations
from invoice_shared.ledger_key import DocumentId, LedgerKey
from invoice_shared.outcome import Outcome

BECAUSE: Mapping[State, str] = {
    "created": "Its invoice was created meanwhile; there is nothing to resolve.",
    "skipped": "Its invoice was skipped meanwhile; there is nothing to resolve.",
    "resolved": "It is resolved already.",
    "superseded": (
        "Its invoice failed again since; resolve the newer failure (see: invoices status)."
    ),
}
# Facts about one destination, which do not apply to a document at another.
OF_DESTINATION = ("account", "external_customer_id")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person did about a failure.

    ``failure_id`` may be its first digits.
    ``document_id`` is a document made by hand, at ``destination`` (by default the invoice's own).
    ``despite_waiting`` resolves although a record of the invoice waits and may still be sent.
    """

    failure_id: str
    why: str
    document_id: str | None = None
    destination: str | None = None
    despite_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """``documents`` come first, ``event`` last.

    ``by_hand`` is the document that a person made.
    """

    event: Outcome
    documents: tuple[Outcome, ...] = ()
    by_hand: Outcome | None = None


def entries(
    case: Case, known: KnownInvoice, asked: Resolution, person: Person, now: datetime
) -> Entries:
    """Return the entries.

    Raises ``NeedsAttention`` if the failure is not open, or ``InvalidRequest``.

    A failure without an invoice id uses its record's key, e.g. the event id.
    """
    if case.state != "open":
        raise NeedsAttention(BECAUSE[case.state])
    if not asked.why.strip() or not person.by.strip():
        raise InvalidRequest("Add who resolved it and why, for the auditor.")
    base = known.newest or _unknown(case, now)
    by_hand = _made_by_hand(case, base, known, asked, now)
    resolved = {
        "outcome": "resolved",
        "stage": case.stage or None,
        "code": case.code or None,
        "failure_id": case.failure_id,
        "reason": asked.why.strip(),
        "resolved_by": person.by.strip(),
        "settled_at": now,
    }
    if by_hand is not None:
        resolved |= {
            "destination": by_hand.destination,
            "provider_document_id": by_hand.provider_document_id,
        }
    event = base.model_copy(update=resolved)
    return Entries(event, tuple(_documents(known, by_hand)), by_hand)


def _documents(known: KnownInvoice, by_hand: Outcome | None) -> Iterator[Outcome]:
    """Yield documents of older ledgers, which only have them in the event to be replaced."""
    newest = known.newest.document_key if known.newest is not None else None
    for document in known.documents:
        if newest is not None and document.document_key == newest:
            yield document.model_copy(update=_without_failure())
    if by_hand is not None:
        yield by_hand


def _made_by_hand(
    case: Case, base: Outcome, known: KnownInvoice, asked: Resolution, now: datetime
) -> Outcome | None:
    if asked.document_id is None:
        if asked.destination is not None:
            raise InvalidRequest(
                "--destination says where the document of --document-id is: use both."
            )
        return None
    if case.invoice_id is None:
        raise InvalidRequest(
            "The failure names no invoice that could have a document: omit --document-id."
        )
    document_id, destination = asked.document_id.strip(), asked.destination or case.destination
    if not document_id:
        raise InvalidRequest(
            'Invalid --document-id "": use the id that the billing provider shows.'
        )
    if destination not in destinations():
        raise InvalidRequest(
            f'Add --destination, where document "{document_id}" is: use one of'
            f" {all_destinations()}."
        )
    key = LedgerKey(case.invoice_id, DocumentId(destination, document_id))
    facts = next((each for each in known.documents if each.document_key == key), None)
    made = {
        "outcome": "created",
        "destination": destination,
        "provider_document_id": document_id,
        "stands": True,
        "settled_at": now,
    }
    foreign = {} if base.destination == destination else dict.fromkeys(OF_DESTINATION)
    return (facts or base).model_copy(
        update=(foreign if facts is None else {}) | made | _without_failure()
    )


def _without_failure() -> dict[str, None]:
    return dict.fromkeys(("stage", "code", "reason", "failure_id", "may_exist"))


def _unknown(case: Case, now: datetime) -> Outcome:
    return Outcome(
        invoice_id=case.invoice_id or case.key,
        customer_id=case.customer_id,
        destination=case.destination,
        outcome="failed",
        settled_at=now,
    )
