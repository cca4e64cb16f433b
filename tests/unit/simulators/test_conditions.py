"""Conditions of a query: which rows match, and what is not understood."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from invoice_simulators.conditions import parse_conditions

ROW: dict[str, Any] = {
    "number": "A-2",
    "note": "it's 100% \\ fine",
    "total": Decimal("10.50"),
    "made": datetime(2026, 11, 2, 6, tzinfo=UTC),
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("number = 'A-2'", True),
        ("NUMBER='A-2' and total > '10'", True),
        ("number = 'A-2' AND total = 11", False),
        ("number in ('A-1', 'A-2')", True),
        ("number IN ('A-1')", False),
        ("number like 'a%'", True),
        ("number like '%-'", False),
        ("total >= 10.50 and total <= 10.5 and total <> 3", True),
        ("made > '2026-11-01' and made < '2026-11-02T08:00:00+01:00'", True),
        ("made >= '2026-11-02T06:00:01Z'", False),
        ("none = ''", False),
        (r"note = 'it\'s 100% \\ fine'", True),
        ("note = 'it''s 100% \\\\ fine'", True),
    ],
)
def test_a_row_matches(text: str, *, holds: bool) -> None:
    conditions = parse_conditions(text, ROW)

    assert all(each.holds(ROW[each.field]) for each in conditions) is holds


@pytest.mark.parametrize(
    "text", ["number", "number = ", "number = 'a' or total = 1", "number = 'a' and", "= 'a'"]
)
def test_an_unsupported_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"condition not understood|AND expected"):
        parse_conditions(text, ROW)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(LookupError, match="Colour"):
        parse_conditions("Colour = 'red'", ROW)


def test_a_number_is_compared_with_numbers_only() -> None:
    (condition,) = parse_conditions("total = 'ten'", ROW)

    with pytest.raises(ArithmeticError):
        condition.holds(ROW["total"])
