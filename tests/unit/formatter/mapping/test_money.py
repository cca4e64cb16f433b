from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_formatter.mapping.money import check_sum, exact_sum, round_lines, round_total
from invoice_shared.errors import Rejected

DIGITS = st.sampled_from([0, 2, 3])
AMOUNTS = st.lists(
    st.builds(
        lambda value, places: Decimal(value).scaleb(-places),
        st.integers(min_value=-(10**20), max_value=10**20),
        st.integers(min_value=0, max_value=9),
    ),
    min_size=1,
    max_size=40,
)


@given(AMOUNTS, DIGITS)
def test_rounded_lines_add_up_to_the_rounded_total_exactly(
    amounts: list[Decimal], digits: int
) -> None:
    total = exact_sum(amounts)

    rounded = round_lines(amounts, total, digits)

    assert exact_sum(rounded) == round_total(total, digits)


@given(AMOUNTS, DIGITS)
def test_each_rounded_line_stays_within_one_minor_unit(amounts: list[Decimal], digits: int) -> None:
    rounded = round_lines(amounts, exact_sum(amounts), digits)

    assert len(rounded) == len(amounts)
    for exact, given_ in zip(amounts, rounded, strict=True):
        assert abs(exact_sum([exact, -given_])) <= Decimal(1).scaleb(-digits)


@given(AMOUNTS, DIGITS, st.integers(min_value=-50, max_value=50))
def test_a_tolerated_difference_is_spread_within_one_minor_unit_too(
    amounts: list[Decimal], digits: int, hundredths: int
) -> None:
    total = exact_sum([*amounts, Decimal(hundredths).scaleb(-digits - 2)])
    check_sum(amounts, total, minor_digits=digits, tolerance=Decimal("0.5"))

    rounded = round_lines(amounts, total, digits)

    assert exact_sum(rounded) == round_total(total, digits)
    for exact, given_ in zip(amounts, rounded, strict=True):
        assert abs(exact_sum([exact, -given_])) <= Decimal(1).scaleb(-digits)


@given(AMOUNTS, DIGITS)
def test_equal_amounts_are_rounded_equally(amounts: list[Decimal], digits: int) -> None:
    total = exact_sum(amounts)

    assert round_lines(amounts, total, digits) == round_lines(list(amounts), total, digits)


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        pytest.param(["1.00", "2.50"], "3.50", ["1.00", "2.50"], id="whole amounts stay"),
        pytest.param(
            ["0.333", "0.333", "0.334"],
            "1",
            ["0.33", "0.33", "0.34"],
            id="the largest remainder goes up",
        ),
        pytest.param(
            ["0.005", "0.005"],
            "0.01",
            ["0.01", "0.00"],
            id="the earlier one of equal lines goes up",
        ),
        pytest.param(
            ["0.005", "9.005"],
            "9.01",
            ["0.00", "9.01"],
            id="the larger amount of equal remainders goes up",
        ),
        pytest.param(["-0.005", "1.005"], "1", ["-0.01", "1.01"], id="negative lines take part"),
        pytest.param(
            ["1.03"],
            "1.025",
            ["1.02"],
            id="a tolerated difference can take a line below its amount",
        ),
        pytest.param(
            ["0.00", "1.01"],
            "1.015",
            ["0.00", "1.02"],
            id="a tolerated difference goes to the larger line",
        ),
    ],
)
def test_lines_are_rounded_by_largest_remainder(
    amounts: list[str], total: str, expected: list[str]
) -> None:
    rounded = round_lines([Decimal(amount) for amount in amounts], Decimal(total), 2)

    assert [str(amount) for amount in rounded] == expected


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.125", "0.12"),
        ("0.135", "0.14"),
        ("-0.125", "-0.12"),
        ("-0.003", "0.00"),
        ("1234567890123456789012.345", "1234567890123456789012.34"),
    ],
)
def test_the_total_is_rounded_half_even_and_never_to_minus_zero(exact: str, rounded: str) -> None:
    assert str(round_total(Decimal(exact), 2)) == rounded


@pytest.mark.parametrize(
    ("amounts", "total", "tolerance"),
    [
        pytest.param(["1.00", "2.00"], "3.00", "0", id="equal"),
        pytest.param(["1.00", "2.00"], "3.005", "0.5", id="at the tolerance"),
        pytest.param(["1.00", "2.00"], "3.04", "4", id="a tolerance set by the operator"),
        pytest.param([], "0", "0.5", id="no lines and nothing to pay"),
    ],
)
def test_a_sum_within_the_tolerance_passes(amounts: list[str], total: str, tolerance: str) -> None:
    check_sum(
        [Decimal(amount) for amount in amounts],
        Decimal(total),
        minor_digits=2,
        tolerance=Decimal(tolerance),
    )


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        pytest.param(["1.00", "2.00"], "3.0051", id="just above the tolerance"),
        pytest.param(["1.00", "2.00"], "2.99", id="below"),
        pytest.param([], "1.00", id="no lines"),
    ],
)
def test_a_sum_outside_of_the_tolerance_is_refused_with_both_figures(
    amounts: list[str], total: str
) -> None:
    with pytest.raises(Rejected) as refused:
        check_sum(
            [Decimal(amount) for amount in amounts],
            Decimal(total),
            minor_digits=2,
            tolerance=Decimal("0.5"),
        )

    assert refused.value.code == "totals-mismatch"
    assert str(exact_sum(Decimal(amount) for amount in amounts)) in refused.value.reason
    assert total in refused.value.reason


def test_a_difference_of_more_than_one_minor_unit_per_line_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        round_lines([Decimal("1.00")], Decimal("1.03"), 2)

    assert refused.value.code == "totals-mismatch"
