from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from invoice_operations.tally import tally
from invoice_operations.view.cases import Place, case_of
from tests.builders import failure

CASE = replace(
    case_of(failure(), Place("invoice-errors", 0, 1)),
    failure_id="a",
    total=Decimal("10.00"),
    currency="USD",
)


def test_failures_are_counted_by_stage_and_code_with_the_largest_group_first() -> None:
    other = replace(CASE, code="items-not-mapped")

    groups = tally(
        [CASE, other, replace(other, failed_at=other.failed_at - timedelta(hours=1))]
    ).groups()

    assert [(group.code, group.count) for group in groups] == [
        ("items-not-mapped", 2),
        ("customer-not-mapped", 1),
    ]
    assert groups[0].newest - groups[0].oldest == timedelta(hours=1)


def test_money_is_summed_by_currency_and_unknown_amounts_are_counted() -> None:
    counted = tally(
        [
            CASE,
            replace(CASE, total=Decimal("-2.50")),
            replace(CASE, total=None),
            replace(CASE, currency="EUR"),
        ]
    )

    assert counted.total() == ({"USD": Decimal("7.50"), "EUR": Decimal("10.00")}, 1)
