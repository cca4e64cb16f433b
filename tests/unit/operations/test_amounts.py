"""Money is shown with the digits of its currency."""

from decimal import Decimal

import pytest

from invoice_operations.amounts import amount_text, in_minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("147294.0", "USD", "147,294.00"),
        ("0", "USD", "0.00"),
        ("-0.5", "EUR", "-0.50"),
        ("1500.00", "JPY", "1,500"),
        ("1.5", "KWD", "1.500"),
        ("1E+3", "USD", "1,000.00"),
        pytest.param("12.505", "USD", "12.505", id="nothing is rounded"),
        pytest.param(
            "2.50", "AI Credits", "2.5", id="an unknown currency has no digits of its own"
        ),
        pytest.param("2.50", None, "2.5", id="no currency is known"),
        pytest.param(
            "9" * 40 + ".1",
            "USD",
            ",".join(["9", *["999"] * 13]) + ".10",
            id="more digits than a float has",
        ),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(
    amount: str, currency: str | None, shown: str
) -> None:
    assert amount_text(Decimal(amount), currency) == shown
    assert in_minor_units(Decimal(amount), currency) == Decimal(amount)
