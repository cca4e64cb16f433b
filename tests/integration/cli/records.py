"""Invoices with a history: what the services would have written about them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import digest, failed_outcome, failure_key
from invoice_shared.original import original_of
from invoice_shared.outcome import Outcome
from tests.builders import failure, formatted_invoice, outcome, raw_invoice
from tests.support.topics import Topics

NOW = datetime.now(UTC)


def receive(topics: Topics, invoice_id: str, at: datetime | None = None) -> tuple[int, int]:
    """Put an invoice on ``raw-invoices``; return its partition and offset."""
    return receive_all(topics, [invoice_id], at)[0]


def receive_all(
    topics: Topics, invoice_ids: Sequence[str], at: datetime | None = None
) -> list[tuple[int, int]]:
    """Put invoices on ``raw-invoices``; return their partitions and offsets."""
    values = [
        (name, serde.to_bytes(raw_invoice(invoice_id=name, received_at=NOW)))
        for name in invoice_ids
    ]
    return topics.produce("raw-invoices", values, {"event-id": b"ev-1"}, at)


def format_it(topics: Topics, invoice_id: str) -> tuple[int, int]:
    """Put an invoice on ``formatted-invoices``; return its partition and offset."""
    value = serde.to_bytes(formatted_invoice(invoice_id=invoice_id))
    return topics.produce("formatted-invoices", [(invoice_id, value)], {"event-id": b"ev-1"})[0]


def failed_formatting(
    topics: Topics, invoice_id: str, place: tuple[int, int], **changes: Any
) -> InvoiceFailure:
    """Return the failure of the raw record at ``place``, as the formatter describes it."""
    return _failed(
        topics,
        "raw-invoices",
        serde.to_bytes(raw_invoice(invoice_id=invoice_id)),
        invoice_id,
        place,
        changes,
    )


def failed_creating(
    topics: Topics, invoice_id: str, place: tuple[int, int], **changes: Any
) -> InvoiceFailure:
    """Return the failure of the formatted record at ``place``, as the creator describes it."""
    value = serde.to_bytes(formatted_invoice(invoice_id=invoice_id))
    facts = {"stage": "creator", "code": "provider-rejected", "destination": "netsuite"} | changes
    return _failed(topics, "formatted-invoices", value, invoice_id, place, facts)


def _failed(
    topics: Topics,
    topic: str,
    value: bytes,
    invoice_id: str,
    place: tuple[int, int],
    changes: dict[str, Any],
) -> InvoiceFailure:
    partition, offset = place
    stage = changes.get("stage", "formatter")
    code = changes.get("code", "items-not-mapped")
    facts: dict[str, Any] = {
        "failure_id": digest(stage, code, topic, str(partition), str(offset)),
        "stage": stage,
        "code": code,
        "invoice_id": invoice_id,
        "failed_at": datetime.now(UTC),
        "source": {
            "topic": topics.name(topic),
            "partition": partition,
            "offset": offset,
            "timestamp": NOW,
        },
        "original": original_of(invoice_id.encode(), (("event-id", b"ev-1"),), value),
    }
    return failure(**(facts | changes))


def file(topics: Topics, *failures: InvoiceFailure) -> None:
    """Put failures into ``invoice-errors`` and their outcomes into the ledger."""
    topics.produce(
        "invoice-errors", [(failure_key(each), serde.to_bytes(each)) for each in failures]
    )
    outcomes = [failed_outcome(each, known(each)) for each in failures]
    enter(topics, *(each for each in outcomes if each is not None))


def known(failed: InvoiceFailure) -> Outcome | None:
    """Return what the ledger knows about any invoice here: 100.00 USD."""
    if failed.invoice_id is None:
        return None
    return outcome(invoice_id=failed.invoice_id, outcome="failed", settled_at=failed.failed_at)


def enter(topics: Topics, *outcomes: Outcome, headers: Mapping[str, bytes] | None = None) -> None:
    """Put outcomes into the ledger."""
    topics.produce(
        "invoice-outcomes", [(each.invoice_id, serde.to_bytes(each)) for each in outcomes], headers
    )


def created(invoice_id: str, **changes: Any) -> Outcome:
    """Return the outcome of an invoice that was just created."""
    return outcome(invoice_id=invoice_id, settled_at=datetime.now(UTC), **changes)
