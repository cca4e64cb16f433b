"""The ledger's records of a settled task: the invoice's newest event, and each document.

Pure.
"""

from collections.abc import Iterator
from datetime import datetime

from invoice_creator.scheduling.task import Skip, Task
from invoice_providers.base import Found
from invoice_providers.found import stands
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import facts_of, failed_outcome
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.outcome import Outcome


def event_of(
    task: Task, failure: InvoiceFailure | None, account: str | None, now: datetime
) -> Outcome | None:
    """Return the invoice's newest event, or ``None`` if the invoice is unknown.

    Created with a failure means that the report to Metronome failed.
    """
    if task.document is None:
        return failed_outcome(failure) if failure is not None else None
    known = _facts(task.document, account, now)
    if task.skip is not None:
        return known.model_copy(update=_skipped(task.skip))
    if task.created is not None:
        untold = {} if failure is None else facts_of(failure)
        return known.model_copy(update=_created(task, task.created) | untold)
    failed = failed_outcome(failure, known) if failure is not None else None
    return failed.model_copy(update={"may_exist": task.may_exist}) if failed else None


def documents_of(task: Task, account: str | None, now: datetime) -> Iterator[Outcome]:
    """Yield a record per document: the right one, wrong ones, and removed ones."""
    if task.document is None:
        return
    known = _facts(task.document, account, now)
    if task.created is not None:
        yield known.model_copy(update=_created(task, task.created))
    for found in task.seen:
        if found != task.created and found.invoice_id in (None, task.document.invoice_id):
            yield known.model_copy(update=_seen(task.document, found))


def _facts(document: FormattedInvoice, account: str | None, now: datetime) -> Outcome:
    return Outcome(
        invoice_id=document.invoice_id,
        customer_id=document.metronome_customer_id,
        outcome="created",
        stage="creator",
        destination=document.destination,
        document_type=document.document_type,
        account=account,
        external_customer_id=document.external_customer_id,
        issue_date=document.issue_date,
        total=document.signed_total,
        currency=document.currency,
        finalized_at=document.finalized_at,
        received_at=document.received_at,
        settled_at=now,
    )


def _created(task: Task, created: Found) -> dict[str, object]:
    return {
        "provider_document_id": created.document_id,
        "document_created_at": task.created_at,
        "stands": True,
    }


def _seen(document: FormattedInvoice, found: Found) -> dict[str, object]:
    """Return what the provider shows of a document.

    A removed document keeps the invoice's amounts.
    """
    seen = {"provider_document_id": found.document_id, "stands": stands(found)}
    if not stands(found):
        return seen
    shown = {
        "total": document.signed(found.total) if found.total is not None else None,
        "currency": found.currency,
        "external_customer_id": found.external_customer_id,
    }
    return seen | {name: value for name, value in shown.items() if value is not None}


def _skipped(skip: Skip) -> dict[str, object]:
    return {"outcome": "skipped", "code": skip.reason, "reason": skip.sentence}
