from datetime import timedelta

import pytest

from invoice_operations.view.cases import Place, State
from invoice_operations.view.failure_book import FailureBook
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from tests.builders import failure, outcome
from tests.unit.operations.reading import SETTINGS, FakeReader, in_errors, in_ledger, lying

FAILURE = failure(failure_id="f1", failed_at=outcome().settled_at)
LATER = FAILURE.failed_at + timedelta(minutes=5)


def book(*records: Record) -> FailureBook:
    return FailureBook(FakeReader(records), SETTINGS)


@pytest.mark.parametrize(
    ("newest", "state"),
    [
        pytest.param(None, "open", id="the ledger does not know it: no invoice id, or its entry is on its way"),
        pytest.param(outcome(outcome="failed", failure_id="f1"), "open", id="failed"),
        pytest.param(outcome(failure_id="f1", settled_at=LATER), "open", id="created, write-back failed"),
        pytest.param(outcome(settled_at=LATER), "created", id="created meanwhile"),
        pytest.param(outcome(outcome="skipped", settled_at=LATER), "skipped", id="skipped meanwhile"),
        pytest.param(outcome(outcome="resolved", failure_id="f1", settled_at=LATER), "resolved", id="by hand"),
        pytest.param(outcome(outcome="failed", failure_id="f2", settled_at=LATER), "superseded", id="failed again"),
        pytest.param(outcome(settled_at=FAILURE.failed_at - timedelta(days=1)), "open", id="created before it failed"),
    ],
)
def test_the_newest_outcome_of_its_invoice_tells_what_became_of_a_failure(newest: Outcome | None, state: State) -> None:
    ledger = [] if newest is None else [in_ledger(0, newest)]

    case = book(in_errors(3, FAILURE), *ledger).cases()["f1"]

    assert (case.state, case.place) == (state, Place("invoice-errors", 0, 3))


def test_a_failure_that_was_delivered_twice_is_one() -> None:
    cases = book(in_errors(3, FAILURE), in_errors(4, FAILURE)).cases()

    assert [case.place.offset for case in cases.values() if case.place] == [4]


def test_what_the_errors_topic_has_forgotten_is_told_from_the_ledger() -> None:
    (case,) = book(in_ledger(0, outcome(outcome="failed", failure_id="f9", code="too-many-lines"))).cases().values()

    assert (case.failure_id, case.code, case.place, case.state) == ("f9", "too-many-lines", None, "open")
    assert (str(case.total), case.currency) == ("100.00", "USD")


def test_what_is_no_failure_record_is_passed_over() -> None:
    assert book(lying("invoice-errors", 0, b"?", "x"), lying("invoice-errors", 1, None, "y")).cases() == {}


def test_the_records_of_cases_are_read_again_with_their_originals() -> None:
    other = failure(failure_id="f2", invoice_id="b")
    records = [in_errors(0, other), in_errors(1, FAILURE)]
    reader = book(*records)
    wanted = [case for case in reader.cases().values() if case.failure_id == "f1"]

    assert list(reader.records(wanted)) == [records[1]]
