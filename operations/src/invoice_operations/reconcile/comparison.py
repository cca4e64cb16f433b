"""What became of one of Metronome's invoices, judged by the ledger and the provider. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from invoice_operations.reconcile.listed import ListedInvoice
from invoice_providers.base import Found
from invoice_shared.outcome import Outcome

State = Literal[
    "created",
    "failed",
    "skipped",
    "resolved",
    "in-progress",
    "missing",
    "voided-after-creation",
    "total-mismatch",
    "duplicate",
]
NEEDS_A_PERSON: frozenset[State] = frozenset(
    {"failed", "missing", "voided-after-creation", "total-mismatch", "duplicate"}
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the provider was asked and answered; ``document=None``: it has none."""

    document: Found | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. Totals are in major units with Metronome's sign; ``held`` is what exists for it.

    ``is_lost``: nothing ever came of it, so that it may be enqueued; ``is_enqueued``: it was.
    """

    invoice_id: str
    customer_id: str
    destination: str | None
    state: State
    detail: str
    currency: str
    total: Decimal
    held: Decimal | None = None
    document_id: str | None = None
    is_lost: bool = False
    is_enqueued: bool = False

    @property
    def needs_a_person(self) -> bool:
        """Tell whether it does not mend by itself."""
        return self.state in NEEDS_A_PERSON and not self.is_enqueued


def may_be_held(outcome: Outcome | None) -> bool:
    """Tell whether a document exists as far as the ledger knows: ours, or one that Metronome knows of."""
    return outcome is not None and (outcome.outcome == "created" or outcome.code == "already-synced")


def compare(
    listed: ListedInvoice, outcome: Outcome | None, held: Held | None = None, documents: Sequence[str] = ()
) -> Finding | None:
    """Judge one invoice; ``None`` for one that nobody has to bill: a draft, or voided before anything was created.

    ``held=None``: the provider was not asked. ``documents``: every document that the ledger names for it.
    """
    if listed.status not in ("FINALIZED", "VOID") or (listed.status == "VOID" and not may_be_held(outcome)):
        return None
    total, currency = listed.money()
    state, detail = _judge(listed, outcome, held, documents)
    was_created = outcome is not None and outcome.outcome == "created"
    return Finding(
        invoice_id=listed.id,
        customer_id=listed.customer_id,
        destination=outcome.destination if outcome else None,
        state=state,
        detail=detail,
        currency=currency,
        total=total,
        held=_held_total(outcome, held, total) if outcome and was_created else None,
        document_id=outcome.provider_document_id if outcome else None,
        is_lost=state == "missing" and not was_created,
    )


def _judge(
    listed: ListedInvoice, outcome: Outcome | None, held: Held | None, documents: Sequence[str]
) -> tuple[State, str]:
    if outcome is None:
        return "missing", "Metronome finalized it and nothing here knows it: its webhook was lost."
    if listed.status == "VOID":
        return "voided-after-creation", f"Metronome voided it; void or credit {_where(outcome)} too."
    if outcome.outcome == "created":
        return _judge_created(listed, outcome, held, documents)
    return _judge_not_created(outcome)


def _judge_not_created(outcome: Outcome) -> tuple[State, str]:
    if outcome.outcome == "resolved":
        return "resolved", f"by {outcome.resolved_by}: {outcome.reason}"
    if outcome.outcome == "failed":
        return "failed", f"{outcome.code}: {outcome.reason}"
    if outcome.code == "not-finalized":
        return "missing", "It was skipped before Metronome showed it as finalized."
    return "skipped", f"{outcome.code}: {outcome.reason or ''}".rstrip(": ")


def _judge_created(
    listed: ListedInvoice, outcome: Outcome, held: Held | None, documents: Sequence[str]
) -> tuple[State, str]:
    if len(documents) > 1:
        return "duplicate", f"The ledger names several documents at {outcome.destination}: {', '.join(documents)}."
    if held is not None and held.document is None:
        return "missing", f"The ledger names {_where(outcome)}, which is not there any more."
    if differences := _differences(listed, outcome, held):
        return "total-mismatch", f"{_where(outcome)}: {'; '.join(differences)}."
    return "created", _where(outcome)


def _where(outcome: Outcome) -> str:
    return f"{outcome.destination} document {outcome.provider_document_id}"


def _differences(listed: ListedInvoice, outcome: Outcome, held: Held | None) -> list[str]:
    total, currency = listed.money()
    shown = held.document.currency if held and held.document else None
    told = (("the ledger", outcome.total, outcome.currency), ("the provider", _signed(held, total), shown))
    return [
        f"Metronome says {total:,f} {currency}, {who} {_amount(amount)} {code or ''}".rstrip()
        for who, amount, code in told
        if (amount is not None and amount != total) or (code is not None and code != currency)
    ]


def _amount(amount: Decimal | None) -> str:
    return "no total" if amount is None else f"{amount:,f}"


def _signed(held: Held | None, total: Decimal) -> Decimal | None:
    """Give the provider's total with Metronome's sign: a credit memo's is positive there."""
    if held is None or held.document is None or held.document.total is None:
        return None
    return -held.document.total if total < 0 else held.document.total


def _held_total(outcome: Outcome, held: Held | None, total: Decimal) -> Decimal | None:
    if held is not None and held.document is None:
        return None
    shown = _signed(held, total)
    return outcome.total if shown is None else shown
