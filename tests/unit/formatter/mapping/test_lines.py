from typing import Any

import pytest

from invoice_formatter.mapping.lines import line_name, select_lines
from tests.unit.formatter.builders import TOKENS, application, invoice, line, rules

ZERO = line(0, name="Nothing", quantity=0)


@pytest.mark.parametrize(
    ("lines", "counted", "left_out"),
    [
        pytest.param([line()], ["API calls"], {}, id="a line in the invoice's currency counts"),
        pytest.param([line(-500, name="Refund")], ["Refund"], {}, id="negative lines count"),
        pytest.param(
            [
                line(name="Tokens used", credit_type=TOKENS),
                line(name="Conversion", type="cpu_conversion"),
            ],
            ["Conversion"],
            {"Tokens used": "pricing-unit"},
            id="custom pricing units are not money, their conversion is",
        ),
        pytest.param(
            [line(), application(-100)],
            ["API calls", "Commit"],
            {},
            id="an applied prepaid commit counts",
        ),
        pytest.param(
            [line(), application(-1, "CREDIT")],
            ["API calls", "Commit"],
            {},
            id="an applied credit counts",
        ),
        pytest.param(
            [line(), application(-100, "POSTPAID")],
            ["API calls"],
            {"Commit": "postpaid-commit"},
            id="an applied postpaid commit is outside of the total",
        ),
        pytest.param(
            [
                line(),
                application(-100, applied_commit_or_credit=None, commit_type="PostpaidCommit"),
            ],
            ["API calls"],
            {"Commit": "postpaid-commit"},
            id="without the object the commit's type decides",
        ),
        pytest.param(
            [line(), application(-100, "PREPAID", commit_type="PostpaidCommit")],
            ["API calls", "Commit"],
            {},
            id="if both are given the object decides",
        ),
        pytest.param(
            [line(commit_type="PostpaidCommit", type="usage")],
            ["API calls"],
            {},
            id="usage drawn from a postpaid commit counts",
        ),
        pytest.param(
            [line(), ZERO], ["API calls"], {"Nothing": "zero-amount"}, id="an empty line is dropped"
        ),
        pytest.param(
            [line(), line(0, name="Free")], ["API calls", "Free"], {}, id="used but free is kept"
        ),
        pytest.param(
            [line(), line("0.001", name="Dust", quantity=0)],
            ["API calls", "Dust"],
            {},
            id="dust counts",
        ),
        pytest.param([ZERO, ZERO], ["Nothing", "Nothing"], {}, id="all lines are never dropped"),
        pytest.param(
            [ZERO, line(name="Tokens used", credit_type=TOKENS)],
            ["Nothing"],
            {"Tokens used": "pricing-unit"},
            id="a line outside of the total does not replace a dropped line",
        ),
    ],
)
def test_lines_are_split_into_counted_and_left_out(
    lines: list[dict[str, Any]], counted: list[str], left_out: dict[str, str]
) -> None:
    selection = select_lines(invoice(*lines), rules())

    assert [one.name for one in selection.counted] == counted
    assert {one.name: reason for one, reason in selection.left_out} == left_out


def test_empty_lines_are_kept_if_the_setting_says_so() -> None:
    selection = select_lines(invoice(line(), ZERO), rules(zero_amount_lines="keep"))

    assert [one.name for one in selection.counted] == ["API calls", "Nothing"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({}, "API calls", id="the product alone"),
        pytest.param(
            {
                "pricing_group_values": {"region": "eu", "zone": "a"},
                "presentation_group_values": {"team": "red"},
            },
            "API calls / region=eu / zone=a / team=red",
            id="pricing groups come before presentation groups",
        ),
        pytest.param(
            {"presentation_group_values": {"b": "2", "a": "1"}},
            "API calls / b=2 / a=1",
            id="Metronome's order is kept",
        ),
        pytest.param(
            {"presentation_group_values": {"team": None, "user": ""}},
            "API calls / user=",
            id="null is left out, empty is shown",
        ),
    ],
)
def test_a_line_is_named_by_product_and_groups(changes: dict[str, Any], name: str) -> None:
    assert line_name(invoice(line(**changes)).lines[0], rules()) == name


def test_the_separator_is_the_operators() -> None:
    named = line_name(
        invoice(line(pricing_group_values={"region": "eu"})).lines[0],
        rules(line_item_name_separator=" | "),
    )

    assert named == "API calls | region=eu"
