"""Treat a draft as if it were finalized now. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_formatter.mapping.lines import select_lines
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.money import exact_sum
from invoice_formatter.mapping.rules import MappingRules
from invoice_operations.preview.previews import as_answer
from invoice_shared.errors import Rejected
from invoice_shared.types import time_text

# The final statuses; a draft has any other.
FINAL = ("FINALIZED", "VOID")


def is_draft(invoice: Mapping[str, Any]) -> bool:
    """Whether an invoice may still be finalized."""
    return invoice.get("status") not in FINAL


def as_finalized(answer: Any, rules: MappingRules, now: datetime) -> Any:
    """Return an answer with its draft finalized ``now``; others unchanged.

    A draft may lack its date and total, which Metronome sets when it finalizes it.
    """
    invoice = as_answer(answer).get("data") if isinstance(answer, dict) else None
    if not isinstance(invoice, dict) or not is_draft(invoice):
        return answer
    finalized = invoice | {"status": "FINALIZED"}
    if not invoice.get("issued_at") and not invoice.get("end_timestamp"):
        finalized["issued_at"] = time_text(now)
    if invoice.get("total") is None:
        finalized["total"] = _sum_of_lines(finalized, rules)
    return {"data": finalized}


def _sum_of_lines(invoice: dict[str, Any], rules: MappingRules) -> Decimal | None:
    """Return the sum of the lines; ``None`` if unreadable, which the mapping reports."""
    try:
        readable = parse_invoice({"data": invoice | {"total": Decimal(0)}})
    except Rejected:
        return None
    return exact_sum(line.total for line in select_lines(readable, rules).counted)
