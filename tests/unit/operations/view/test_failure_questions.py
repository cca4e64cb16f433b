"""SQL and ``Selection.matches_failure`` agree, and lists are paged, counted and summed in SQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoice_operations.errors import InvalidRequest
from invoice_operations.selection import Selection
from invoice_operations.tally import tally
from invoice_operations.view import failure_questions, failure_table
from invoice_operations.view.cases import Case, Place
from invoice_operations.view.page import Page
from invoice_operations.view.state_file import open_tables, untold
from invoice_operations.view.tables import Tables
from tests.fakes import START

TOPIC = "invoice-errors"
RESTRICTING: dict[str, Any] = {
    "since": START,
    "until": START,
    "partition": 1,
    "from_offset": 1,
    "invoice_id": "a",
    "customer_id": "a",
    "codes": frozenset({"items-not-mapped"}),
    "stage": "formatter",
    "destination": "netsuite",
    "state": "open",
    "failure_ids": frozenset({"f"}),
    "invoice_prefix": "a",
}
times = st.integers(-3000, 3000).map(
    lambda microseconds: START + timedelta(microseconds=microseconds)
)
ids = st.sampled_from(["a", "b"])
stages = st.sampled_from(["formatter", "creator"])
codes = st.sampled_from(["items-not-mapped", "provider-rejected", "too-many-lines"])
destinations = st.sampled_from(["netsuite", "razorpay"])
states = st.sampled_from(["open", "created", "superseded"])
places = st.builds(Place, st.just(TOPIC), st.integers(0, 1), st.integers(0, 5))


def to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


cases = st.builds(
    Case,
    failure_id=st.uuids().map(str),
    key=ids,
    stage=stages,
    code=codes,
    reason=st.text(max_size=5),
    failed_at=times.map(to_millisecond),
    invoice_id=st.one_of(st.none(), ids),
    customer_id=st.one_of(st.none(), ids),
    destination=st.one_of(st.none(), destinations),
    retryable=st.one_of(st.none(), st.booleans()),
    attempts=st.one_of(st.none(), st.integers(1, 3)),
    source=st.one_of(st.none(), places),
    replay_id=st.one_of(st.none(), st.text(max_size=5)),
    replay_count=st.integers(0, 3),
    place=st.one_of(st.none(), places),
    state=states,
    total=st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=3)),
    currency=st.one_of(st.none(), st.sampled_from(["USD", "EUR"])),
)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    try:
        return Selection(
            since=draw(st.one_of(st.none(), times)),
            until=draw(st.one_of(st.none(), times)),
            partition=draw(st.one_of(st.none(), st.integers(0, 1))),
            from_offset=draw(st.one_of(st.none(), st.integers(0, 5))),
            invoice_id=draw(st.one_of(st.none(), ids)),
            customer_id=draw(st.one_of(st.none(), ids)),
            codes=frozenset(draw(st.sets(codes, max_size=2))),
            stage=draw(st.one_of(st.none(), stages)),
            destination=draw(st.one_of(st.none(), destinations)),
            state=draw(st.one_of(st.none(), states)),
            invoice_prefix=draw(st.sampled_from([None, "", "a", "b", "ab"])),
        )
    except InvalidRequest:
        return Selection()


def stored(given_cases: Sequence[Case]) -> Tables:
    tables = open_tables(None, "", untold)
    with tables.writing() as connection:
        failure_table.take(connection, [(case, 0) for case in given_cases])
    return tables


@settings(deadline=None)
@given(st.lists(cases, max_size=8), selections())
def test_sql_selects_the_same_failures(given_cases: list[Case], chosen: Selection) -> None:
    meant = sorted(
        filter(chosen.matches_failure, given_cases),
        key=lambda case: (case.failed_at, case.failure_id),
    )

    with stored(given_cases).reading() as tables:
        found = failure_questions.select(tables, chosen, TOPIC)
        pages = [
            failure_questions.select(tables, chosen, TOPIC, Page(3, skip)) for skip in (0, 3, 6)
        ]

    assert found == meant
    assert [case for page in pages for case in page] == meant


@settings(deadline=None)
@given(st.lists(cases, max_size=8), selections())
def test_counts_and_sums_are_exact(given_cases: list[Case], chosen: Selection) -> None:
    meant = sorted(
        filter(chosen.matches_failure, given_cases),
        key=lambda case: (case.failed_at, case.failure_id),
    )

    with stored(given_cases).reading() as tables:
        groups = failure_questions.groups(tables, chosen)
        count = failure_questions.count(tables, chosen)

    assert count == len(meant)
    assert groups == tally(meant).groups()


def test_failures_are_counted_by_their_state_and_renewed_ones_by_code() -> None:
    filed = [
        Case("a", "k", "creator", "c", "r", START, state="created"),
        Case("b", "k", "creator", "c", "r", START, state="created"),
        Case("c", "k", "creator", "c", "r", START),
        Case("d", "k", "creator", "other", "r", START, replay_id="replay-1"),
    ]

    with stored(filed).reading() as tables:
        states = failure_questions.states(tables, ["a", "b", "c", "gone"])
        again = failure_questions.failed_again(tables, "replay-1")

    assert (states, again) == ({"created": 2, "open": 1}, {"other": 1})


def test_failures_are_found_by_the_first_digits_of_their_id() -> None:
    names = ["abcdef01", "abcdef02", "abd", "ab"]
    filed = [Case(name, "k", "creator", "c", "r", START, total=Decimal("1.10")) for name in names]

    with stored(filed).reading() as tables:
        found = failure_questions.named(tables, "abc", TOPIC)

    assert {case.failure_id for case in found} == {"abcdef01", "abcdef02"}


def test_more_ids_can_be_chosen_than_a_statement_has_parameters() -> None:
    case = case_named("a")
    chosen = Selection(
        failure_ids=frozenset({case.failure_id, *(f"{number}" for number in range(40_000))})
    )

    with stored([case, case_named("b")]).reading() as connection:
        assert [
            each.failure_id for each in failure_questions.select(connection, chosen, TOPIC)
        ] == [case.failure_id]


def case_named(failure_id: str) -> Case:
    return Case(
        failure_id, "k", "creator", "held-for-approval", "x", START, place=Place(TOPIC, 0, 1)
    )


@pytest.mark.parametrize("name", [each.name for each in fields(Selection)])
def test_each_part_of_a_selection_restricts_in_sql_too(name: str) -> None:
    rest: dict[str, Any] = {"partition": 0} if name == "from_offset" else {}

    restricted = failure_questions.conditions(Selection(**{name: RESTRICTING[name]} | rest))

    assert restricted != failure_questions.conditions(Selection(**rest))
