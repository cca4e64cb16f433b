from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.options import parse_selection
from invoice_operations.selection import Selection
from invoice_operations.view.cases import Place, case_of
from tests.builders import CUSTOMER_ID, INVOICE_ID, failure, formatted_invoice, outcome, raw_invoice
from tests.fakes import START
from tests.unit.operations.builders import record_in

CASE = case_of(failure(destination="netsuite"), Place("invoice-errors", 2, 7))
T = CASE.failed_at
SECOND = timedelta(seconds=1)
RECORD = record_in("raw-invoices", 7, raw_invoice(), INVOICE_ID, partition=2, at=START)
PLACES = [
    ({"partition": 2}, {"partition": 1}),
    ({"partition": 2, "from_offset": 7}, {"partition": 2, "from_offset": 8}),
]
IDS = [
    ({"invoice_id": INVOICE_ID}, {"invoice_id": "b"}),
    ({"customer_id": CUSTOMER_ID}, {"customer_id": "b"}),
]


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ({"since": T}, {"since": T + SECOND}),
        ({"until": T + SECOND}, {"until": T}),
        ({"failure_ids": frozenset({CASE.failure_id, "a"})}, {"failure_ids": frozenset({"a"})}),
        (
            {"codes": frozenset({CASE.code, "invalid-invoice"})},
            {"codes": frozenset({"invalid-invoice"})},
        ),
        ({"stage": "formatter"}, {"stage": "creator"}),
        ({"destination": "netsuite"}, {"destination": "razorpay"}),
        ({"state": "open"}, {"state": "resolved"}),
        ({"invoice_prefix": INVOICE_ID[:3]}, {"invoice_prefix": INVOICE_ID[1:]}),
        *PLACES,
        *IDS,
    ],
    ids=",".join,
)
def test_each_given_part_restricts_failures(wanted: dict[str, Any], other: dict[str, Any]) -> None:
    assert Selection(**wanted).matches_failure(CASE)
    assert not Selection(**other).matches_failure(CASE)


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ({"since": START}, {"since": START + SECOND}),
        ({"until": START + SECOND}, {"until": START}),
        *PLACES,
        *IDS,
    ],
    ids=",".join,
)
def test_each_given_part_restricts_records(wanted: dict[str, Any], other: dict[str, Any]) -> None:
    assert Selection(**wanted).matches_record(RECORD)
    assert not Selection(**other).matches_record(RECORD)


def test_an_absent_part_does_not_restrict() -> None:
    nobodys = replace(CASE, invoice_id=None, customer_id=None, destination=None, place=None)

    assert Selection().matches_failure(nobodys)
    assert Selection().matches_record(record_in("raw-invoices", 0, b"?", "a"))


def test_a_failure_that_only_the_ledger_has_is_at_no_place() -> None:
    assert not Selection(partition=2).matches_failure(replace(CASE, place=None))


@pytest.mark.parametrize(
    ("value", "is_the_customers"),
    [
        pytest.param(raw_invoice(), True, id="a raw invoice"),
        pytest.param(formatted_invoice(), True, id="a formatted one"),
        pytest.param(failure(), True, id="a failure"),
        pytest.param(outcome(), True, id="an outcome"),
        pytest.param(b'["cus-1"]', False, id="not an object"),
        pytest.param(b"?", False, id="not JSON"),
        pytest.param(None, False, id="no value"),
    ],
)
def test_a_customer_is_found_in_records_of_every_topic(value: Any, is_the_customers: bool) -> None:
    assert (
        Selection(customer_id=CUSTOMER_ID).matches_record(record_in("any", 0, value, "a"))
        is is_the_customers
    )


def test_the_span_to_read_holds_every_record_that_matches() -> None:
    chosen = Selection(START, START + SECOND, 2, 7, INVOICE_ID)

    span = chosen.span()

    assert (span.since, span.until, span.partition, span.from_offset) == (
        START,
        START + SECOND,
        2,
        7,
    )
    assert span.keys == frozenset({INVOICE_ID.encode()})


@pytest.mark.parametrize(
    ("contradiction", "said"),
    [
        pytest.param({"since": START, "until": START}, "is not before --until", id="not a time"),
        pytest.param(
            {"since": START, "until": START - SECOND},
            "is not before --until",
            id="the wrong way round",
        ),
        pytest.param(
            {"from_offset": 7},
            "--from-offset needs --partition",
            id="an offset without a partition",
        ),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    contradiction: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        Selection(**contradiction)


@pytest.mark.parametrize("until", [None, START + SECOND], ids=str)
def test_an_open_or_later_end_becomes_the_given_moment(until: Any) -> None:
    assert Selection(until=until).up_to(START) == Selection(until=START)


def test_an_earlier_end_stays() -> None:
    assert Selection(until=START - SECOND).up_to(START) == Selection(until=START - SECOND)


def test_the_filters_of_a_selection_read_as_options_select_the_same() -> None:
    chosen = Selection(
        since=START - SECOND,
        until=START,
        partition=2,
        from_offset=7,
        invoice_id=INVOICE_ID,
        customer_id=CUSTOMER_ID,
        codes=frozenset({"provider-rejected", "invalid-invoice"}),
        stage="creator",
        destination="netsuite",
        state="open",
        failure_ids=frozenset({"a", "b"}),
    )
    options = {
        name: [text] if isinstance(text, str) else list(text)
        for name, text in chosen.filters().items()
    }

    assert parse_selection(options, START) == chosen
    assert Selection().filters() == {}
