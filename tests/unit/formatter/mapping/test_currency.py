from decimal import Decimal

import pytest

from invoice_formatter.mapping.currency import USD_CREDIT_TYPE_ID, currency_of
from invoice_formatter.mapping.metronome_invoice import CreditType
from invoice_shared.errors import Rejected


@pytest.mark.parametrize(
    ("credit_type", "code", "stated", "major", "minor_digits"),
    [
        pytest.param(
            ("any", "USD (cents)"), "USD", "1250", "12.50", 2, id="US dollars are stated in cents"
        ),
        pytest.param(
            (USD_CREDIT_TYPE_ID, "Dollar"),
            "USD",
            "1250",
            "12.50",
            2,
            id="the fixed id means US dollars",
        ),
        pytest.param(
            ("any", "EUR"),
            "EUR",
            "12.5",
            "12.5",
            2,
            id="any other currency is stated in whole units",
        ),
        pytest.param(("any", "INR"), "INR", "10", "10", 2, id="ten rupees are 10"),
        pytest.param(("any", "JPY"), "JPY", "1000", "1000", 0, id="yen have no minor unit"),
        pytest.param(("any", "KWD"), "KWD", "1.234", "1.234", 3, id="dinars have three decimals"),
    ],
)
def test_the_unit_follows_from_the_credit_type(
    credit_type: tuple[str, str], code: str, stated: str, major: str, minor_digits: int
) -> None:
    currency = currency_of(CreditType(id=credit_type[0], name=credit_type[1]))

    assert (currency.code, currency.minor_digits) == (code, minor_digits)
    assert currency.major(Decimal(stated)) == Decimal(major)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Tokens", id="a custom pricing unit"),
        pytest.param("USD", id="dollars or cents would be a guess"),
        pytest.param("XAU", id="gold has no minor unit"),
        pytest.param("eur", id="codes are upper case"),
        pytest.param("", id="no name"),
    ],
)
def test_an_unknown_currency_is_refused(name: str) -> None:
    with pytest.raises(Rejected) as refused:
        currency_of(CreditType(id="any", name=name))

    assert refused.value.code == "unsupported-currency"
    assert f'"{name}"' in refused.value.reason


def test_25_digits_survive_the_change_of_unit() -> None:
    dollars = currency_of(CreditType(id="any", name="USD (cents)")).major(
        Decimal(1234567890123456789012345)
    )

    assert str(dollars) == "12345678901234567890123.45"
