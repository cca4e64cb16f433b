"""Amounts on their way to and from the providers."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.amounts import plain, stated
from invoice_shared import serde


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("1.5E-7", "0.00000015", id="the price of a token"),
        pytest.param("1E-8", "0.00000001", id="a sliver"),
        pytest.param("1.5E+9", "1500000000", id="a large amount"),
        pytest.param("100.00", "100.00", id="trailing zeros stay"),
        pytest.param("-0.00", "0.00", id="zero has no sign"),
        pytest.param("0E-9", "0.000000000", id="a small zero"),
        pytest.param("-12.5", "-12.5", id="a negative amount"),
    ],
)
def test_json_shows_a_decimal_without_an_exponent(value: str, written: str) -> None:
    assert serde.dumps({"rate": plain(Decimal(value))}).decode() == f'{{"rate":{written}}}'


@pytest.mark.parametrize(
    ("shown", "amount"),
    [
        (Decimal("100.00"), "100.00"),
        (100, "100"),
        ("100.00", "100.00"),
        (Decimal("0.30000000000000004"), "0.3"),
        (Decimal("99.9999"), "99.9999"),
        (Decimal("1E+99"), "1E+99"),
        (None, None),
        (True, None),
        ("", None),
        ("one hundred", None),
        ("NaN", None),
        (Decimal("1E+999999999"), None),
        ([], None),
    ],
    ids=str,
)
def test_an_amount_is_read_however_it_is_shown(shown: Any, amount: str | None) -> None:
    assert stated(shown) == (None if amount is None else Decimal(amount))
