from decimal import Decimal
from typing import Any

import pytest

from invoice_formatter.mapping.document import Mapped, map_invoice
from tests.unit.formatter.builders import EUR, TOKENS, application, invoice, line, rules

BOTH = [line(), line()]


@pytest.mark.parametrize(
    ("lines", "changes", "by", "said"),
    [
        pytest.param(
            [line(), line(5, credit_type=TOKENS)],
            {"total": 10_000},
            {},
            "custom pricing unit",
            id="a CPU",
        ),
        pytest.param(
            [line(), line(5, credit_type=EUR)],
            {"total": 10_000},
            {},
            "is in EUR, another",
            id="euros",
        ),
        pytest.param(
            [line(), application(-5, "POSTPAID")],
            {"total": 10_000},
            {},
            "postpaid commit",
            id="postpaid",
        ),
        pytest.param(
            [line(), line(0, quantity=0)], {}, {}, "ZERO_AMOUNT_LINES", id="a dropped line"
        ),
        pytest.param([line(-5)], {}, {}, "credit memo", id="a credit memo"),
        pytest.param([line(0)], {}, {}, "ZERO_TOTAL_INVOICES", id="a zero total"),
        pytest.param(
            [line("0.5"), line("0.5")],
            {},
            {},
            '"API calls" is rounded to 0.01 from 0.005',
            id="rounded",
        ),
        pytest.param(
            [line("0.4")],
            {"total": Decimal("0.6")},
            {},
            "exactly 0.004; the total is 0.01",
            id="a gap",
        ),
        pytest.param(
            [line()],
            {},
            {"document_date": "period_end"},
            "2026-02-28, the last day",
            id="dated by period",
        ),
        pytest.param(
            [line()], {"issued_at": None}, {}, "no issue date", id="dated without issue date"
        ),
        pytest.param(
            BOTH, {}, {"line_grouping": "by_item"}, "2 lines are joined into 1", id="joined lines"
        ),
        pytest.param(
            [line()],
            {"correction_record": {"corrected_invoice_id": "old"}},
            {},
            "corrects the invoice old",
            id="a",
        ),
        pytest.param(
            [line()], {"net_payment_terms_days": -1}, {}, "no due date", id="impossible terms"
        ),
        pytest.param(
            [line(quantity=Decimal("1e60"))],
            {},
            {},
            'quantity of "API calls" is left out',
            id="a quantity",
        ),
        pytest.param(
            [line()],
            {"regenerated_from_invoice_id": "old"},
            {},
            "replaces old, which was voided",
            id="a reissued invoice",
        ),
    ],
)
def test_each_rule_that_was_applied_is_noted(
    lines: list[Any], changes: dict[str, Any], by: dict[str, Any], said: str
) -> None:
    result = map_invoice(invoice(*lines, **changes), rules(**by))

    assert isinstance(result, Mapped)
    assert any(said in note for note in result.notes), result.notes


def test_nothing_is_noted_if_no_rule_was_applied() -> None:
    result = map_invoice(invoice(), rules())

    assert isinstance(result, Mapped)
    assert result.notes == ()
