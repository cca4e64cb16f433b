"""Approve held invoices and replay them.

They restart at ``raw-invoices``, where Metronome is asked again, so an invoice that was voided or
changed since is not sent as it was. The approval is for the facts that the person saw, so an
invoice with other facts is held again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from invoice_operations.approve.facts import HELD, approved_facts
from invoice_operations.clients import Clients
from invoice_operations.decide.decider import Decider, Person
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.selection import Selection
from invoice_operations.view.cases import Case, failures_in
from invoice_operations.view.id_lookup import find_case
from invoice_operations.view.view import View
from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure


@dataclass(frozen=True, slots=True)
class Approval:
    """``subjects`` are invoices with the facts to approve; ``unknown`` are those without facts."""

    subjects: tuple[tuple[Case, dict[str, Any]], ...]
    unknown: tuple[Case, ...]


def chosen_by_id(failure_ids: Iterable[str], view: View) -> Selection:
    """Return the selection of failures, given the first digits of their ids.

    Raises ``NotFound``, ``InvalidRequest``, or ``NeedsAttention`` if one is no longer held.
    """
    cases = [find_case(view.named(each), each) for each in failure_ids]
    for case in cases:
        if case.code != HELD:
            raise InvalidRequest(
                f"Failure {case.failure_id[:12]} is {case.code}: only {HELD} can be approved."
            )
        if case.state != "open":
            raise NeedsAttention(
                f"Failure {case.failure_id[:12]} is no longer held: it is {case.state}."
            )
    return Selection(failure_ids=frozenset(case.failure_id for case in cases))


def held(chosen: Selection) -> Selection:
    """Return the same selection, restricted to held invoices.

    Raises ``InvalidRequest`` for other codes.
    """
    if chosen.codes - {HELD}:
        raise InvalidRequest(f"Only {HELD} can be approved: omit --code.")
    return replace(chosen, codes=frozenset({HELD}), state="open")


def replay_request(chosen: Selection) -> ReplayRequest:
    """Return the request to replay the approved invoices, without a limit of replays."""
    return ReplayRequest("errors", chosen, max_replays=None)


def look(chosen: Selection, clients: Clients) -> Approval:
    """Return what would be approved; change nothing. Raises what the clients raise."""
    cases = {case.failure_id: case for case in clients.view().failures(chosen)}
    facts = {
        failure.failure_id: approved_facts(failure)
        for failure in _failures(cases.values(), clients)
    }
    subjects = [
        (case, known) for name, case in cases.items() if (known := facts.get(name)) is not None
    ]
    unknown = [case for name, case in cases.items() if facts.get(name) is None]
    return Approval(tuple(subjects), tuple(unknown))


def approve(
    approval: Approval, why: str | None, clients: Clients, person: Person
) -> list[Decision]:
    """Record the approvals; each is acknowledged. Repeatable. Raises ``PublishFailed``."""
    with clients.publisher() as publisher:
        decider = Decider(publisher, clients.kafka.invoice_decisions_topic, person, clients.clock)
        return [
            decider.decide("approve", case.key, why, failure_id=case.failure_id, **facts)
            for case, facts in approval.subjects
        ]


def _failures(cases: Iterable[Case], clients: Clients) -> Iterator[InvoiceFailure]:
    places = frozenset(case.place for case in cases if case.place is not None)
    for failure, _record in failures_in(clients.reader().at(places)):
        yield failure
