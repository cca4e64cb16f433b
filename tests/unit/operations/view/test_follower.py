"""What is read from the topics, and when it is read again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from invoice_operations.errors import NeedsAttention
from invoice_operations.selection import Selection
from invoice_operations.view.entry import Entry
from invoice_operations.view.followed import Cluster, ReadsPartitions
from invoice_operations.view.follower import gathered
from invoice_operations.view.span import Bounds
from invoice_operations.view.state_file import file_name, open_tables, untold
from invoice_operations.view.tables import Tables
from invoice_operations.view.view import View, unseen
from invoice_shared.decision import Decision
from invoice_shared.record import Record
from tests.builders import failure, outcome
from tests.fakes import START
from tests.unit.operations.builders import in_errors, in_ledger, record_in
from tests.unit.operations.fakes import SETTINGS, FakeBroker, view_of

LEDGER = "invoice-outcomes"
ERRORS = "invoice-errors"
DECISIONS = "invoice-decisions"
ALL = Selection()
FAILURE = failure(failure_id="f1", invoice_id="a", failed_at=START)
FAILED = in_ledger(0, outcome(invoice_id="a", outcome="failed", failure_id="f1", settled_at=START))
LATER = START + timedelta(hours=1)


def decided(offset: int, decision_id: str, subject: str = "a") -> Record:
    decision = Decision(
        decision_id=decision_id, kind="resolve", subject=subject, by="kim", at=START, via="cli"
    )
    return record_in(DECISIONS, offset, decision, subject, at=START)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return open_tables(tmp_path, "view.sqlite3", untold)


class Moved:
    """An address at which another cluster answers later."""

    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker

    def describe(self, names: Sequence[str]) -> Cluster:
        """Describe the present cluster."""
        return self.broker.describe(names)

    def connected(self) -> AbstractContextManager[ReadsPartitions]:
        """Connect to the present cluster."""
        return self.broker.connected()


def known(view: View) -> tuple[set[str], list[str], list[str]]:
    """Return what a view knows: documents of the invoice "a", failures, decisions about it."""
    documents = {each.provider_document_id or "" for each in view.invoice("a").documents}
    decisions = [each.decision_id for each in view.decisions("a")]
    return documents, [case.failure_id for case in view.failures(ALL)], decisions


def test_records_are_read_only_once_even_by_another_process(tables: Tables) -> None:
    broker = FakeBroker([FAILED, in_errors(0, FAILURE), decided(0, "d1")])
    view_of(broker, tables)
    assert sorted(broker.read) == [(DECISIONS, 0), (ERRORS, 0), (LEDGER, 0)]
    broker.add(in_ledger(1, outcome(invoice_id="a", settled_at=LATER)), decided(1, "d2"))
    broker.read.clear()

    view = view_of(broker, tables)

    assert sorted(broker.read) == [(DECISIONS, 1), (LEDGER, 1)]
    assert known(view) == ({"9001"}, ["f1"], ["d1", "d2"])


@pytest.mark.parametrize("topic", [LEDGER, ERRORS, DECISIONS])
def test_all_topics_are_read_again_if_one_was_recreated(tables: Tables, topic: str) -> None:
    broker = FakeBroker([FAILED, in_errors(0, FAILURE), decided(0, "d1")])
    view = view_of(broker, tables)
    broker.recreate(topic)

    view.refresh()

    (case,) = view.failures(ALL)  # the ledger still has it, too
    assert (case.place is None) == (topic == ERRORS)
    assert (view.invoice("a").newest is None) == (topic == LEDGER)
    assert [each.decision_id for each in view.decisions("a")] == (
        [] if topic == DECISIONS else ["d1"]
    )


@pytest.mark.parametrize("topic", [LEDGER, ERRORS])
def test_a_recreated_topic_is_read_from_its_start_even_if_it_is_longer_by_now(
    tables: Tables, topic: str
) -> None:
    broker = FakeBroker([FAILED, in_errors(0, FAILURE)])
    view = view_of(broker, tables)
    fresh = [failure(failure_id=name, invoice_id="b", failed_at=LATER) for name in ("f2", "f3")]
    events = [outcome(invoice_id=name, settled_at=LATER) for name in "bc"]
    records = {
        LEDGER: [in_ledger(offset, event) for offset, event in enumerate(events)],
        ERRORS: [in_errors(offset, each) for offset, each in enumerate(fresh)],
    }
    broker.recreate(topic, *records[topic])

    view.refresh()

    failures = [case.failure_id for case in view.failures(ALL) if case.place is not None]
    known = [name for name, each in view.invoices("abc").items() if each.newest is not None]
    assert (known, failures) == ((["b", "c"], ["f1"]) if topic == LEDGER else (["a"], ["f2", "f3"]))


def test_another_cluster_has_another_file(tmp_path: Path) -> None:
    here = FakeBroker([FAILED, in_errors(0, FAILURE)])
    there = FakeBroker([in_ledger(0, outcome(invoice_id="b"))])
    there.cluster_id = "there"

    def opened(cluster_id: str, topics: Sequence[str]) -> Tables:
        return open_tables(tmp_path, file_name(cluster_id, topics), untold)

    view = View(moved := Moved(here), SETTINGS, opened, unseen)
    view.refresh()
    assert view.invoice("a").newest is not None

    moved.broker = there
    view.refresh()

    assert view.failures(ALL) == []
    assert [each.newest is not None for each in view.invoices("ab").values()] == [False, True]
    assert len(list(tmp_path.glob("view-*.sqlite3"))) == 2


def test_without_topic_ids_a_missing_offset_shows_that_a_topic_was_recreated(
    tables: Tables,
) -> None:
    broker = FakeBroker(
        [in_ledger(0, outcome(invoice_id="a")), in_ledger(1, outcome(invoice_id="b"))]
    )
    broker.knows_ids = False
    view = view_of(broker, tables)
    broker.recreate(LEDGER, in_ledger(0, outcome(invoice_id="c")))

    view.refresh()

    assert [name for name, each in view.invoices(["a", "b", "c"]).items() if each.newest] == ["c"]


def test_topics_that_change_all_the_time_are_given_up(tables: Tables) -> None:
    broker = FakeBroker([in_ledger(0, outcome(invoice_id="a"))])
    broker.knows_ids = False
    view = view_of(broker, tables)

    class Vanishing(FakeBroker):
        def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
            self._first.clear()
            return super().entries(topic, {number: Bounds(99, 0) for number in bounds})

    with pytest.raises(NeedsAttention, match="recreated all the time"):
        view_of(Vanishing([]), tables)
    view.refresh()
    assert view.invoice("a").newest is not None


@pytest.mark.parametrize("topic", [LEDGER, ERRORS])
def test_a_missing_topic_is_reported_with_what_to_do(topic: str) -> None:
    with pytest.raises(NeedsAttention, match=f"{topic} does not exist.*invoices topics"):
        view_of(FakeBroker([], missing=[topic]))


def test_the_topic_of_decisions_may_be_missing(tables: Tables) -> None:
    broker = FakeBroker([FAILED, in_errors(0, FAILURE)], missing=[DECISIONS])
    view = view_of(broker, tables)
    broker.recreate(DECISIONS, decided(0, "d1"))
    broker.read.clear()

    view.refresh()

    assert known(view) == (set(), ["f1"], ["d1"])
    assert broker.read == [(DECISIONS, 0)]


def test_an_expired_failure_is_kept_without_a_place_if_open_and_forgotten_otherwise(
    tables: Tables,
) -> None:
    other = failure(failure_id="f2", invoice_id="b", failed_at=START)
    nobodys = failure(failure_id="f3", invoice_id=None, failed_at=START)
    young = failure(failure_id="f4", invoice_id="d", failed_at=START)
    broker = FakeBroker(
        [
            FAILED,
            in_ledger(1, outcome(invoice_id="b", settled_at=LATER)),
            *(
                in_errors(offset, each)
                for offset, each in enumerate((FAILURE, other, nobodys, young))
            ),
        ]
    )
    view = view_of(broker, tables)
    assert [case.failure_id for case in view.failures(ALL)] == ["f1", "f2", "f3", "f4"]

    broker.expire(ERRORS, 0, first=3)
    view.refresh()

    assert [(case.failure_id, case.place is None) for case in view.failures(ALL)] == [
        ("f1", True),
        ("f4", False),
    ]
    broker.add(in_ledger(2, outcome(invoice_id="a", settled_at=LATER)))
    view.refresh()
    assert [case.failure_id for case in view.failures(ALL)] == ["f4"]


@pytest.mark.parametrize("newer", [0, 1])
def test_the_newer_of_two_deliveries_of_a_failure_counts_whichever_partition_is_read_first(
    newer: int,
) -> None:
    deliveries = [
        replace(in_errors(7, FAILURE, partition=number), timestamp=int(number == newer))
        for number in (0, 1)
    ]

    (case,) = view_of(FakeBroker([FAILED, *deliveries])).failures(ALL)

    assert case.place is not None
    assert case.place.partition == newer


def nothing() -> None:
    """Do nothing."""


class Interrupted(FakeBroker):
    """Lets something else happen once, between two records of the ledger."""

    def __init__(self, *records: Record) -> None:
        super().__init__(records)
        self.meanwhile: Callable[[], object] = nothing

    def entries(self, topic: str, bounds: Mapping[int, Bounds]) -> Iterator[list[Entry]]:
        for number, batch in enumerate(super().entries(topic, bounds)):
            if topic == LEDGER and number == 1:
                meanwhile = self.meanwhile
                self.meanwhile = nothing
                meanwhile()
            yield batch


@pytest.fixture
def ledger_of_three() -> list[Record]:
    failed = outcome(invoice_id="a", outcome="failed", failure_id="f1", settled_at=START)
    return [
        in_ledger(0, failed),
        in_ledger(1, outcome(invoice_id="b")),
        in_ledger(2, outcome(invoice_id="a", settled_at=LATER)),
    ]


def test_an_older_record_from_a_slower_process_replaces_nothing(
    tmp_path: Path, ledger_of_three: list[Record]
) -> None:
    slow = Interrupted(*ledger_of_three)
    slow.meanwhile = lambda: view_of(
        FakeBroker(ledger_of_three), open_tables(tmp_path, "v", untold)
    )

    view = view_of(slow, open_tables(tmp_path, "v", untold))

    newest = view.invoice("a").newest
    assert newest is not None
    assert newest.outcome == "created"
    with open_tables(tmp_path, "v", untold).reading() as connection:
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (2,)


def test_a_process_overtaken_by_one_that_starts_over_starts_over_too(
    tmp_path: Path, ledger_of_three: list[Record]
) -> None:
    slow = Interrupted(*ledger_of_three)
    slow.meanwhile = lambda: open_tables(tmp_path, "v", untold).clear()

    view = view_of(slow, open_tables(tmp_path, "v", untold))

    assert [each.newest is not None for each in view.invoices("ab").values()] == [True, True]


def test_a_question_is_answered_from_the_topics_after_another_process_started_over(
    tmp_path: Path, ledger_of_three: list[Record]
) -> None:
    view = view_of(FakeBroker(ledger_of_three), open_tables(tmp_path, "v", untold))
    open_tables(tmp_path, "v", untold).clear()

    assert view.invoice("b").newest is not None


def test_batches_are_bounded() -> None:
    entries = [Entry(0, offset, 0, None, b"x" * 1_000_000) for offset in range(40)]

    batches = list(gathered([entry] for entry in entries))

    assert [entry for batch in batches for entry in batch] == entries
    assert max(map(len, batches)) == 17


def test_progress_counts_what_was_read() -> None:
    shown: list[int] = []

    @contextmanager
    def progress() -> Iterator[Callable[[int], None]]:
        yield shown.append

    broker = FakeBroker([FAILED, in_errors(0, FAILURE)])
    View(broker, SETTINGS, lambda *_: open_tables(None, "", untold), progress).refresh()

    assert sum(shown) == 2
