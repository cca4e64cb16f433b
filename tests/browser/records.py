"""The topics of a page that is only viewed: failures with every kind of reason, and decisions."""

from datetime import UTC, datetime, timedelta

from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure
from invoice_shared.original import original_of
from invoice_shared.outcome import Outcome
from invoice_shared.serde import to_bytes
from tests.builders import failure, formatted_invoice, outcome, raw_invoice
from tests.support.topics import Topics

NOW = datetime.now(UTC)
KINDS = ("items-not-mapped", "provider-rejected", "held-for-approval", "customer-not-mapped")


def name_of(number: int) -> str:
    """Return the id of an invoice."""
    return f"00000000-0000-4000-8000-{number:012d}"


def failure_of(number: int) -> InvoiceFailure:
    """Return a failure."""
    name = name_of(number)
    code = KINDS[number % len(KINDS)]
    at = NOW - timedelta(minutes=number)
    stage = "creator" if code in ("provider-rejected", "held-for-approval") else "formatter"
    value = (
        formatted_invoice(invoice_id=name) if stage == "creator" else raw_invoice(invoice_id=name)
    )
    return failure(
        failure_id=f"{number:08x}{'f' * 56}",
        invoice_id=name,
        stage=stage,
        code=code,
        reason=(
            f"The reason of number {number}, in a sentence that says what a finance person can do"
            " about it."
        ),
        destination="netsuite",
        failed_at=at,
        source={"topic": "raw-invoices", "partition": 0, "offset": number, "timestamp": at},
        original=original_of(name.encode(), (), to_bytes(value)),
        provider_response=(
            {"status": 400, "body": '{"title": "Invalid value"}'}
            if code == "provider-rejected"
            else None
        ),
    )


def entry_of(filed: InvoiceFailure) -> Outcome:
    """Return its entry in the ledger."""
    return outcome(
        invoice_id=filed.invoice_id,
        outcome="failed",
        code=filed.code,
        reason=filed.reason,
        failure_id=filed.failure_id,
        provider_document_id=None,
        settled_at=filed.failed_at,
        total="1234.50",
        currency="USD",
    )


def fill(topics: Topics, count: int) -> None:
    """Put this many failures, a created document and a decision into the topics."""
    filed = [failure_of(number) for number in range(count)]
    topics.produce("invoice-errors", [(each.invoice_id, to_bytes(each)) for each in filed])
    topics.produce(
        "invoice-outcomes", [(each.invoice_id, to_bytes(entry_of(each))) for each in filed]
    )
    pause = Decision(
        decision_id="1",
        kind="pause",
        subject="netsuite",
        by="John Roe",
        why="month end",
        at=NOW,
        via="cli",
    )
    topics.produce("invoice-decisions", [("netsuite", to_bytes(pause))])
