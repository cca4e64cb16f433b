"""Failures as JSON: the failure record with its position, state and money."""

from collections.abc import Sequence
from typing import Any

from invoice_operations.view.cases import Case, place_of
from invoice_operations.view.records_of import ReadsTopics
from invoice_shared.archive.jsonl import line
from invoice_shared.failure import InvoiceFailure
from invoice_shared.serde import loads

COLUMNS = (
    "failure_id",
    "state",
    "stage",
    "code",
    "invoice_id",
    "customer_id",
    "destination",
    "failed_at",
    "total",
    "currency",
    "documents",
    "reason",
)
NOTHING: dict[str, Any] = dict.fromkeys(InvoiceFailure.model_fields)


def row(case: Case) -> dict[str, Any]:
    """Return a failure's fields in a list."""
    return {name: getattr(case, name) for name in COLUMNS}


def documents(reader: ReadsTopics, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return the failures as JSON trees; most fields are null if only the ledger has one."""
    places = frozenset(case.place for case in cases if case.place is not None)
    records = {place_of(record): loads(line(record)) for record in reader.at(places)}
    return [
        NOTHING | row(case) | (records.get(case.place, {}) if case.place else {}) for case in cases
    ]
