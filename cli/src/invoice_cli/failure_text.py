"""The text that describes one failure to a person, with the commands that may come next. Pure."""

import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from invoice_operations.amounts import amount_text
from invoice_operations.approve.facts import HELD
from invoice_operations.resolutions import ClosedBy
from invoice_operations.times import age
from invoice_operations.view.cases import Case
from invoice_shared.types import time_text

# The digits of a failure id that are shown if the whole id is not needed.
SHORT_ID = 12
INDENT = 12


def failure_text(case: Case, document: Mapping[str, Any], closed: ClosedBy, now: datetime) -> str:
    """Return the text; ``document`` is the failure's record, as far as it is stored."""
    facts = [
        f"{name:<{INDENT}}{text}" for name, text in _facts(case, document, closed, now) if text
    ]
    commands = [f"  {command}" for command in _commands(case)]
    return "\n".join([*facts, "", "Possible next commands:", *commands] if commands else facts)


def money_text(case: Case) -> str:
    """Return the invoice's total with its currency, or an empty text if it is unknown."""
    return (
        ""
        if case.total is None
        else f"{amount_text(case.total, case.currency)} {case.currency or ''}".rstrip()
    )


def reason_text(case: Case, closed: ClosedBy) -> str:
    """Return why it failed, or who closed it by hand and why."""
    if closed.resolved_by is not None:
        return f"Resolved by {closed.resolved_by}: {closed.resolved_why}"
    return case.reason if case.documents is None else f"{case.reason} But {case.documents} exists."


def _facts(
    case: Case, document: Mapping[str, Any], closed: ClosedBy, now: datetime
) -> Iterator[tuple[str, str | None]]:
    yield "failure", case.failure_id
    yield (
        "state",
        f"{case.state}, failed {age(case.failed_at, now)} ago ({time_text(case.failed_at)})",
    )
    yield "code", f"{case.code} ({case.stage})"
    yield "reason", case.reason
    yield "closed", reason_text(case, closed) if closed.resolved_by else None
    yield "invoice", case.invoice_id
    yield "customer", case.customer_id
    yield "goes to", case.destination
    yield "money", money_text(case)
    yield "documents", f"{case.documents}: do not bill it again" if case.documents else None
    yield "attempts", None if case.attempts is None else str(case.attempts)
    yield (
        "replayed",
        f"{case.replay_count} time(s), last by {case.replay_id}" if case.replay_id else None,
    )
    answered = document.get("provider_response")
    yield "answered", f"{answered['status']}: {answered['body']}" if answered else None
    yield "record", str(case.source) if case.source else None


def _commands(case: Case) -> Iterator[str]:
    """Yield the commands that can come next; for a settled failure only ``status``."""
    short = shlex.quote(case.failure_id[:SHORT_ID])
    invoice = None if case.invoice_id is None else shlex.quote(case.invoice_id)
    if invoice is not None:
        yield f"invoices status {invoice}"
    if case.state != "open":
        return
    if case.code == HELD:
        yield f"invoices approve {short}"
    elif invoice is not None:
        yield f"invoices preview {invoice}"
        yield f"invoices replay errors --invoice-id {invoice}"
    yield f'invoices resolve {short} --why "billed by hand" --by "YOUR NAME"'
    yield f"invoices failures {short} --raw"
