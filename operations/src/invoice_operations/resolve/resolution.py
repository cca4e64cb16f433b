"""The ledger's entry for a failure that was handled by hand. Pure."""

from datetime import datetime

from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.view.cases import Case
from invoice_shared.outcome import Outcome

BECAUSE = {
    "created": "Its invoice was created meanwhile; there is nothing to resolve.",
    "skipped": "Its invoice was skipped meanwhile; there is nothing to resolve.",
    "resolved": "It is resolved already.",
    "superseded": "Its invoice failed again since; resolve the newer failure (see: invoices status).",
}


def resolved(case: Case, newest: Outcome | None, *, who: str, why: str, now: datetime) -> Outcome:
    """Write over what is known of the invoice who resolved it and why. Raises where the failure is not open.

    A failure without an invoice id is entered under its record's key, e.g. the event id.
    """
    if case.state != "open":
        raise NeedsAttention(BECAUSE[case.state])
    if not why.strip() or not who.strip():
        raise InvalidRequest("Say who resolved it and why: the auditor reads it.")
    known = newest or Outcome(
        invoice_id=case.invoice_id or case.key,
        customer_id=case.customer_id,
        destination=case.destination,
        outcome="failed",
        settled_at=now,
    )
    return known.model_copy(
        update={
            "outcome": "resolved",
            "stage": case.stage or None,
            "code": case.code or None,
            "failure_id": case.failure_id,
            "reason": why.strip(),
            "resolved_by": who.strip(),
            "settled_at": now,
        }
    )
