"""Entering in the ledger that a person handled a failure by hand."""

from invoice_operations.clients import Clients
from invoice_operations.resolve.resolution import resolved
from invoice_operations.view.finding import find_case
from invoice_shared.filing import settlement_records
from invoice_shared.outcome import Outcome


def resolve(failure_id: str, clients: Clients, *, who: str, why: str) -> Outcome:
    """Enter who handled a failure and why; return the entry once every in-sync replica holds it.

    ``failure_id`` may be its first digits. Raises ``NotFound``, ``NeedsAttention`` if the failure is not open,
    ``InvalidRequest``, and what the clients raise.
    """
    view = clients.view()
    case = find_case(view.named(failure_id), failure_id)
    newest = view.invoice(case.key).newest
    outcome = resolved(case, newest, who=who, why=why, now=clients.clock.now())
    with clients.publisher() as publisher:
        for record in settlement_records(None, outcome, headers=(), topics=clients.kafka):
            publisher.publish(record)
    return outcome
