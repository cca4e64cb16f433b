"""Major units to the smallest ones and back, or a clear refusal."""

from decimal import Decimal

import pytest

from invoice_providers.razorpay.units import major_units, minor_units
from invoice_shared.errors import Rejected


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        pytest.param("100.00", "INR", 10000, id="rupees to paise"),
        pytest.param("100", "INR", 10000, id="whole rupees"),
        pytest.param("0.01", "USD", 1, id="one cent"),
        pytest.param("1500", "JPY", 1500, id="yen have no smaller unit"),
        pytest.param("1.230", "KWD", 1230, id="three decimals, the last one 0"),
        pytest.param("12345678901234567.89", "INR", 1234567890123456789, id="exact, however large"),
        pytest.param(
            "12345678901234567890123456789012.12",
            "USD",
            1234567890123456789012345678901212,
            id="even larger",
        ),
    ],
)
def test_amounts_in_the_smallest_unit(amount: str, currency: str, minor: int) -> None:
    assert minor_units(Decimal(amount), currency) == minor
    assert major_units(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency", "code", "said"),
    [
        pytest.param("0.005", "INR", "provider-rejected", "steps of 0.01", id="half a paisa"),
        pytest.param("1.5", "JPY", "provider-rejected", "steps of 1,", id="half a yen"),
        pytest.param(
            "1.234",
            "KWD",
            "provider-rejected",
            "steps of 0.01",
            id="three decimals, the last one not 0",
        ),
        pytest.param("1", "QQQ", "unsupported-currency", "QQQ", id="no currency"),
        pytest.param("1", "XAU", "unsupported-currency", "XAU", id="gold has no smallest unit"),
    ],
)
def test_an_amount_that_cannot_be_exact_is_refused(
    amount: str, currency: str, code: str, said: str
) -> None:
    with pytest.raises(Rejected) as refused:
        minor_units(Decimal(amount), currency)

    assert refused.value.code == code
    assert said in refused.value.reason
