from dataclasses import fields
from datetime import timedelta

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.options import FIELDS, Options, parse_rate, parse_selection
from invoice_operations.selection import Selection
from tests.fakes import START

EVERY_OPTION = {
    "since": ["2h"],
    "until": ["2099-01-01"],
    "partition": ["2"],
    "from_offset": ["7"],
    "invoice_id": [" inv-1 "],
    "customer_id": ["cus-1"],
    "code": ["items-not-mapped", "invalid-invoice"],
    "stage": ["formatter"],
    "destination": ["netsuite"],
    "state": ["open"],
    "failure_id": ["f1", "f2"],
    "invoice_prefix": ["inv"],
}


def test_every_field_of_a_selection_has_its_option() -> None:
    assert sorted(field for field, _parse in FIELDS.values()) == sorted(
        field.name for field in fields(Selection)
    )


def test_every_option_is_read_from_its_text() -> None:
    chosen = parse_selection(EVERY_OPTION, START)

    assert EVERY_OPTION.keys() == FIELDS.keys()
    assert chosen.since == START - timedelta(hours=2)
    assert chosen.until is not None
    assert chosen == Selection(
        since=chosen.since,
        until=chosen.until,
        partition=2,
        from_offset=7,
        invoice_id="inv-1",
        invoice_prefix="inv",
        customer_id="cus-1",
        codes=frozenset({"items-not-mapped", "invalid-invoice"}),
        stage="formatter",
        destination="netsuite",
        state="open",
        failure_ids=frozenset({"f1", "f2"}),
    )


def test_what_is_recorded_of_a_selection_selects_the_same_again() -> None:
    chosen = parse_selection(EVERY_OPTION, START)

    recorded = chosen.filters()

    assert recorded.keys() == EVERY_OPTION.keys()
    again = {name: [text] if isinstance(text, str) else text for name, text in recorded.items()}
    assert parse_selection(again, START) == chosen


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="nothing"),
        pytest.param(
            {"since": [""], "code": ["", " "], "partition": []}, id="a form that was not filled in"
        ),
        pytest.param({"state": ["all"]}, id="every state"),
    ],
)
def test_an_absent_option_restricts_nothing(options: Options) -> None:
    assert parse_selection(options, START) == Selection()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            {"costumer_id": ["x"]},
            'Unknown option "costumer_id"',
            id="a misspelt option selects nothing",
        ),
        pytest.param({"since": ["yesterday"]}, "yesterday", id="not a time"),
        pytest.param({"partition": ["two"]}, 'Invalid --partition "two"', id="not a number"),
        pytest.param({"partition": ["-1"]}, 'Invalid --partition "-1"', id="below zero"),
        pytest.param({"partition": ["²"]}, "Invalid --partition", id="a digit of another script"),
        pytest.param({"partition": ["9" * 5000]}, "Invalid --partition", id="endless digits"),
        pytest.param({"code": ["mapped"]}, 'Invalid --code "mapped"', id="not a code"),
        pytest.param({"stage": ["sink"]}, 'Invalid --stage "sink"', id="not a stage"),
        pytest.param({"state": ["closed"]}, 'Invalid --state "closed"', id="not a state"),
        pytest.param(
            {"invoice_id": ["a", "b"]}, "--invoice-id is given 2 times", id="the same one twice"
        ),
        pytest.param(
            {"from_offset": ["1"]}, "--from-offset needs --partition", id="a contradiction"
        ),
        pytest.param(
            {"since": ["1h"], "until": ["2h"]}, "is not before --until", id="the wrong way round"
        ),
    ],
)
def test_anything_else_is_refused_with_an_explanation(options: Options, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        parse_selection(options, START)


@pytest.mark.parametrize(
    ("text", "per_second"), [("50/s", 50), ("600/m", 10), ("7200/h", 2), ("0.5", 0.5)]
)
def test_a_rate_is_a_number_per_second_minute_or_hour(text: str, per_second: float) -> None:
    assert parse_rate(text) == per_second


@pytest.mark.parametrize("text", ["fast", "0/s", "-1", "5/d", ""])
def test_any_other_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"e\.g\. 50"):
        parse_rate(text)
