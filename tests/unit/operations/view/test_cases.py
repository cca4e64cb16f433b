from dataclasses import replace
from datetime import timedelta

import pytest

from invoice_operations.selection import Selection
from invoice_operations.view.cases import Case, Place, State
from invoice_operations.view.records_of import ReadsTopics
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from tests.builders import failure, outcome
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.fakes import FakeBroker, FakeReader, view_of

FAILURE = failure(failure_id="f1", failed_at=outcome().settled_at)
LATER = FAILURE.failed_at + timedelta(minutes=5)
ALL = Selection()


def cases(*records: Record) -> dict[str, Case]:
    return {case.failure_id: case for case in view_of(FakeBroker(records)).failures(ALL)}


@pytest.mark.parametrize(
    ("newest", "state"),
    [
        pytest.param(
            None,
            "open",
            id="not in the ledger: no invoice id, or its entry has not arrived",
        ),
        pytest.param(outcome(outcome="failed", failure_id="f1"), "open", id="failed"),
        pytest.param(
            outcome(failure_id="f1", settled_at=LATER), "open", id="created, write-back failed"
        ),
        pytest.param(outcome(settled_at=LATER), "created", id="created meanwhile"),
        pytest.param(
            outcome(outcome="skipped", settled_at=LATER), "skipped", id="skipped meanwhile"
        ),
        pytest.param(
            outcome(outcome="resolved", failure_id="f1", settled_at=LATER), "resolved", id="by hand"
        ),
        pytest.param(
            outcome(outcome="failed", failure_id="f2", settled_at=LATER),
            "superseded",
            id="failed again",
        ),
        pytest.param(
            outcome(settled_at=FAILURE.failed_at - timedelta(days=1)),
            "open",
            id="created before it failed",
        ),
    ],
)
@pytest.mark.parametrize("is_ledger_first", [True, False])
def test_the_newest_outcome_of_its_invoice_shows_what_became_of_a_failure(
    newest: Outcome | None, state: State, is_ledger_first: bool
) -> None:
    ledger = [] if newest is None else [in_ledger(0, newest)]
    filed = [in_errors(3, FAILURE)]
    broker = FakeBroker(ledger if is_ledger_first else filed)
    view = view_of(broker)
    broker.add(*(filed if is_ledger_first else ledger))

    view.refresh()

    (case,) = [case for case in view.failures(ALL) if case.failure_id == "f1"]
    assert (case.state, case.place) == (state, Place("invoice-errors", 0, 3))


@pytest.mark.parametrize("is_ledger_first", [True, False])
def test_an_entry_after_a_failures_own_ended_it_whatever_the_clocks_say(
    *, is_ledger_first: bool
) -> None:
    own = in_ledger(0, outcome(outcome="failed", failure_id="f1", settled_at=FAILURE.failed_at))
    after = in_ledger(1, outcome(settled_at=FAILURE.failed_at - timedelta(hours=1)))
    filed = in_errors(3, FAILURE)
    broker = FakeBroker([])
    view = view_of(broker)

    for record in (own, after, filed) if is_ledger_first else (filed, own, after):
        broker.add(record)
        view.refresh()

    assert [case.state for case in view.failures(ALL)] == ["created"]
    assert cases(own, after, filed)["f1"].state == "created"
    (read,) = view.judged({"f1": replace(view.failures(ALL)[0], state="open")}, ALL).values()
    assert read.state == "created"


def test_a_failure_that_was_delivered_twice_is_one() -> None:
    found = cases(in_errors(3, FAILURE), in_errors(4, FAILURE))

    assert [case.place.offset for case in found.values() if case.place] == [4]


def test_a_failure_that_expired_in_the_errors_topic_is_shown_from_the_ledger() -> None:
    (case,) = cases(
        in_ledger(0, outcome(outcome="failed", failure_id="f9", code="too-many-lines"))
    ).values()

    assert (case.failure_id, case.code, case.place, case.state) == (
        "f9",
        "too-many-lines",
        None,
        "open",
    )
    assert (str(case.total), case.currency) == ("100.00", "USD")


def test_a_record_that_is_not_a_failure_is_skipped() -> None:
    assert (
        cases(record_in("invoice-errors", 0, b"?", "x"), record_in("invoice-errors", 1, None, "y"))
        == {}
    )


def test_the_records_of_cases_are_read_again_with_their_originals() -> None:
    records = [in_errors(0, failure(failure_id="f2", invoice_id="b")), in_errors(1, FAILURE)]
    reader: ReadsTopics = FakeReader(records)
    place = cases(*records)["f1"].place

    assert place is not None
    assert list(reader.at({place})) == [records[1]]
