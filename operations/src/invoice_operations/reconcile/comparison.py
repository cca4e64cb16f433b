"""Judge one invoice by the ledger and the providers. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from invoice_operations.amounts import amount_text
from invoice_operations.reconcile.evidence import Document, Evidence
from invoice_operations.reconcile.finding import Column, Finding, Money, State
from invoice_operations.reconcile.listed import COUNTED, ListedInvoice

HELD = "held-for-approval"
RESOLVED = "resolved-by-hand"
CONSTITUENT = "constituent-invoice"
NOT_FINALIZED = "not-finalized"

# Returns the finding's detail if the state applies, else ``None``.
Rule = Callable[[ListedInvoice, Evidence], str | None]


def compare(listed: ListedInvoice, evidence: Evidence) -> Finding | None:
    """Judge one invoice; ``None`` if it need not be billed: a draft, or void without document."""
    if listed.status not in COUNTED:
        return None
    if listed.status == "VOID" and not evidence.standing and not evidence.unasked:
        return None
    state, detail = _judge(listed, evidence)
    total, currency = listed.money()
    standing = evidence.standing
    return Finding(
        invoice_id=listed.id,
        customer_id=listed.customer_id,
        destination=_destination(evidence),
        state=state,
        detail=detail,
        currency=currency,
        total=total,
        held=sum((each.total or Decimal(0) for each in standing), Decimal(0)) if standing else None,
        document_id=", ".join(each.document_id for each in standing or evidence.removed) or None,
        money=tuple(_money(listed, evidence, state)),
        issued_at=listed.date,
        is_lost=state == "missing" and not evidence.elsewhere and _never_settled(evidence),
    )


def _judge(listed: ListedInvoice, evidence: Evidence) -> tuple[State, str]:
    for state, rule in RULES:
        if (detail := rule(listed, evidence)) is not None:
            return state, detail
    return "missing", _why_missing(evidence)


def _duplicate(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    if len(evidence.standing) < 2:
        return None
    return f"Several documents exist: {', '.join(map(str, evidence.standing))}. Void all but one."


def _total_mismatch(listed: ListedInvoice, evidence: Evidence) -> str | None:
    different = [text for each in evidence.standing for text in _differences(listed, each)]
    return " ".join(different) or None


def _removed(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    if evidence.standing or not evidence.removed:
        return None
    return f"{evidence.removed[-1]} was voided, cancelled or deleted at the provider."


def _voided(listed: ListedInvoice, evidence: Evidence) -> str | None:
    if listed.status != "VOID" or not evidence.standing:
        return None
    return f"Metronome voided it; void or credit {evidence.standing[0]} too."


def _unknown(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    return " ".join(evidence.unasked) or None


def _created(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    return str(evidence.standing[0]) if evidence.standing else None


def _held(listed: ListedInvoice, evidence: Evidence) -> str | None:
    newest = evidence.newest
    return _failed(listed, evidence) if newest is not None and newest.code == HELD else None


def _failed(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    newest = evidence.newest
    if newest is None or newest.outcome != "failed":
        return None
    doubt = " A document may exist at the provider." if newest.may_exist else ""
    return f"{newest.code}: {newest.reason}{doubt}"


def _resolved(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    newest = evidence.newest
    if newest is not None and newest.outcome == "resolved":
        return f"by {newest.resolved_by}: {newest.reason}"
    return _skip(evidence) if evidence.is_skipped_as(RESOLVED) else None


def _unbilled(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    if evidence.is_named or not evidence.is_skipped_as(CONSTITUENT):
        return None
    return "It was skipped as part of a consolidated invoice, and no consolidated invoice names it."


def _skipped(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    if evidence.is_before_cutover and _never_settled(evidence):
        return "before-cutover: It was issued before BILL_FROM."
    return None if evidence.is_skipped_as(NOT_FINALIZED) else _skip(evidence)


def _waiting(_listed: ListedInvoice, evidence: Evidence) -> str | None:
    return None if evidence.waiting is None else f"Received, not settled yet: {evidence.waiting}."


# In the order of the contract: the first state that applies.
RULES: tuple[tuple[State, Rule], ...] = (
    ("duplicate", _duplicate),
    ("total-mismatch", _total_mismatch),
    ("removed-at-provider", _removed),
    ("voided-after-creation", _voided),
    ("unknown", _unknown),
    ("created", _created),
    ("held", _held),
    ("failed", _failed),
    ("resolved", _resolved),
    ("unbilled-constituent", _unbilled),
    ("skipped", _skipped),
    ("waiting", _waiting),
)
# Where the money is if no document exists. A removed document's skip explains nothing.
COLUMNS: tuple[tuple[Column, Rule], ...] = (
    ("unknown", _unknown),
    ("held", _held),
    ("failed", _failed),
    ("resolved", _resolved),
    ("waiting", _waiting),
)


def _why_missing(evidence: Evidence) -> str:
    if evidence.elsewhere:
        names = ", ".join(
            f"{each.provider_document_id} in {each.account}" for each in evidence.elsewhere
        )
        return f"The ledger only knows its document in another account: {names}."
    if evidence.is_skipped_as(NOT_FINALIZED):
        return "It was skipped before Metronome showed it as finalized."
    return (
        "Metronome finalized it, and no topic contains it: its webhook was lost, or its record"
        " was lost before it was read."
    )


def _never_settled(evidence: Evidence) -> bool:
    return evidence.newest is None or evidence.is_skipped_as(NOT_FINALIZED)


def _skip(evidence: Evidence) -> str | None:
    newest = evidence.newest
    if newest is None or newest.outcome != "skipped":
        return None
    return f"{newest.code}: {newest.reason or ''}".rstrip(": ")


def _differences(listed: ListedInvoice, document: Document) -> Iterator[str]:
    total, currency = listed.money()
    is_other = document.total is not None and document.total != total
    if is_other or document.currency not in (None, currency):
        who = "the provider" if document.is_shown else "the ledger"
        shown = (
            "no total"
            if document.total is None
            else amount_text(document.total, document.currency or currency)
        )
        theirs = f"{shown} {document.currency or ''}".rstrip()
        yield (
            f"{document}: Metronome says {amount_text(total, currency)} {currency}, {who} {theirs}."
        )


def _money(listed: ListedInvoice, evidence: Evidence, state: State) -> Iterator[Money]:
    total, currency = listed.money()
    if listed.status == "FINALIZED":
        yield "finalized", currency, total
    if state == "unknown" and listed.status == "FINALIZED":
        yield "unknown", currency, total
    elif evidence.standing:
        for each in evidence.standing:
            yield (
                "at the providers",
                each.currency or currency,
                total if each.total is None else each.total,
            )
    elif (column := _column(listed, evidence, state)) is not None:
        yield column, currency, total


def _column(listed: ListedInvoice, evidence: Evidence, state: State) -> Column | None:
    if state == "skipped":
        return "not billed"
    return next((column for column, rule in COLUMNS if rule(listed, evidence) is not None), None)


def _destination(evidence: Evidence) -> str | None:
    if evidence.documents:
        return (evidence.standing or evidence.documents)[0].destination
    return evidence.newest.destination if evidence.newest else None
