"""A draft is previewed by the real mapping, with the fields that Metronome fills in when it
finalizes it.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from invoice_operations.preview.drafts import as_finalized
from invoice_operations.preview.previews import Preview, preview
from invoice_shared.settings import read
from tests.unit.formatter.builders import application, line, rules, tree
from tests.unit.formatter.hierarchies import FakeAccounts

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)


def seen(*lines: dict[str, Any], **changes: Any) -> Preview:
    answer = {"data": tree(*lines, **({"status": "DRAFT", "issued_at": None} | changes))}
    return preview(
        as_finalized(answer, rules(), NOW), rules(), read, FakeAccounts().ask, force=False
    )


def test_a_draft_becomes_a_document_with_its_lines_so_far() -> None:
    assert (document := seen().document) is not None
    assert (document.total, document.issue_date) == (Decimal("100.00"), date(2026, 3, 1))


def test_a_missing_total_is_the_sum_of_the_lines_that_count() -> None:
    lines = (line(10_000), application(-2_500), application(-1_000, "POSTPAID"))

    assert (document := seen(*lines, total=None).document) is not None
    assert document.total == Decimal("75.00")


def test_a_draft_without_any_date_is_dated_today() -> None:
    undated = {"start_timestamp": None, "end_timestamp": None, "type": "SCHEDULED"}

    assert (document := seen(**undated).document) is not None
    assert document.issue_date == NOW.date()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"customer_custom_fields": {}}, "customer-not-mapped", id="not mapped"),
        pytest.param(
            {"total": None, "line_items": "?"}, "invalid-invoice", id="lines that cannot be read"
        ),
        pytest.param({"status": "VOID"}, "not-finalized", id="void"),
        pytest.param({"total": Decimal(1)}, "totals-mismatch", id="its own total is kept"),
    ],
)
def test_obstacles_are_reported_as_for_a_finalized_invoice(
    changes: dict[str, Any], code: str
) -> None:
    assert seen(**changes).code == code


@pytest.mark.parametrize(
    "answer", [None, [], {"data": None}, {"data": {"status": "FINALIZED", "total": None}}]
)
def test_an_invoice_that_is_not_a_draft_is_unchanged(answer: Any) -> None:
    assert as_finalized(answer, rules(), NOW) is answer


def test_an_invoice_that_no_record_can_hold_would_fail_as_it_does_at_the_formatter() -> None:
    assert seen(id="\ud800").code == "invalid-invoice"
