"""What becomes of the records of a replay, according to the ledger and the errors topic."""

from collections import Counter
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from invoice_operations.decide.decider import Person
from invoice_operations.replay.following import End, Following, Results, last_ends, name_of
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.run import LOOK_SECONDS, Replay
from invoice_operations.selection import Selection
from invoice_shared.original import original_of
from invoice_shared.record import Headers, OutgoingRecord, Record
from tests.builders import failure, outcome, raw_invoice
from tests.fakes import START
from tests.unit.operations.builders import document_in_ledger, in_errors, in_ledger, record_in
from tests.unit.operations.fakes import SETTINGS, FakeReader
from tests.unit.operations.world import FakeInstallation

ID = new_id(START, "4f2a9c")
MINE = Mark(ID, "kim").on(())
OTHERS = Mark("replay-other", "kim").on(())
KIM = Person("kim", "cli")
CREATED = End("created")
FAILED = End("failed", "items-not-mapped")
SYNCED = End("skipped", "already-synced")


def entered(
    offset: int, name: str, headers: Headers = MINE, partition: int = 0, **changes: Any
) -> Record:
    facts = {"settled_at": START} | changes
    return in_ledger(
        offset, outcome(invoice_id=name, **facts), headers=headers, partition=partition
    )


def failed(offset: int, name: str, **changes: Any) -> Record:
    facts = {"outcome": "failed", "code": "items-not-mapped", "failure_id": f"{name} {offset}"}
    return entered(offset, name, **(facts | changes))


def look(put_back: dict[bytes, int], *records: Record, since: datetime | None = None) -> Results:
    return Following(ID, SETTINGS, since).look(put_back, FakeReader(records))


def test_each_record_is_created_skipped_failed_again_or_still_waiting() -> None:
    results = look(
        {b"a": 1, b"b": 1, b"c": 1, b"d": 1},
        entered(0, "a"),
        entered(1, "b", outcome="skipped", code="already-synced"),
        failed(7, "c", partition=3),
    )

    assert results == Results(
        1, Counter({"already-synced": 1}), Counter({"items-not-mapped": 1}), 1
    )
    assert (results.ended, results.is_good) == (3, False)


def test_a_document_that_could_not_be_reported_to_metronome_is_a_failure() -> None:
    untold = entered(0, "a", stage="writeback", code="writeback-refused", failure_id="f")

    assert look({b"a": 1}, untold).failed == {"writeback-refused": 1}


def test_entries_of_another_replay_and_document_records_end_nothing() -> None:
    document = outcome(invoice_id="a", settled_at=START)
    others = (
        entered(0, "a", OTHERS),
        entered(1, "a", ()),
        document_in_ledger(2, document, headers=MINE),
    )

    assert look({b"a": 1}, *others) == Results(waiting=1)


def test_a_failure_without_an_invoice_is_found_by_the_key_of_its_record() -> None:
    nameless = failure(
        invoice_id=None,
        code="malformed-record",
        failed_at=START,
        original=original_of(b"\xff", (), b"?"),
    )
    named = failure(invoice_id="a", failed_at=START)

    results = look(
        {b"\xff": 1, b"a": 1},
        in_errors(0, nameless, headers=MINE),
        in_errors(1, named, headers=MINE),
    )

    assert results == Results(failed=Counter({"malformed-record": 1}), waiting=1)


def test_foreign_records_are_skipped() -> None:
    strange = [
        record_in(topic, 0, b"?", "a", headers=MINE)
        for topic in ("invoice-outcomes", "invoice-errors")
    ]
    keyless = Record("invoice-outcomes", 0, 1, None, b"{}", MINE)

    assert look({b"a": 1}, *strange, keyless) == Results(waiting=1)


@pytest.mark.parametrize(
    ("ends", "count", "kept"),
    [
        pytest.param([], 1, [], id="nothing yet"),
        pytest.param([CREATED], 2, [CREATED], id="one of two"),
        pytest.param([FAILED, CREATED], 2, [FAILED, CREATED], id="two of two"),
        pytest.param([CREATED, CREATED], 1, [CREATED], id="reported twice"),
        pytest.param([FAILED, CREATED], 1, [CREATED], id="taken again, and created"),
        pytest.param([CREATED, FAILED], 1, [FAILED], id="taken again, and failed"),
        pytest.param(
            [CREATED, SYNCED], 1, [CREATED], id="taken again, and skipped since it is created"
        ),
        pytest.param([FAILED, SYNCED], 1, [SYNCED], id="taken again, and no longer to be sent"),
        pytest.param([CREATED], 0, [], id="of an invoice that was not put back"),
    ],
)
def test_a_record_that_was_processed_twice_ends_once(
    ends: list[End], count: int, kept: list[End]
) -> None:
    assert last_ends(ends, count) == kept


def test_a_look_reads_only_what_is_new_and_remembers_the_rest() -> None:
    following = Following(ID, SETTINGS)

    first = following.look({b"a": 1, b"b": 1}, FakeReader([entered(0, "a")]))
    second = following.look({b"a": 1, b"b": 1}, FakeReader([failed(0, "a"), entered(1, "b")]))

    assert (first.created, first.waiting) == (1, 1)
    assert (second.created, second.failed) == (2, {})


def test_a_look_that_was_cut_off_counts_nothing_twice() -> None:
    class Broken(FakeReader):
        def read(self, *given: Any) -> Any:
            yield from super().read(*given)
            raise ConnectionError

    following = Following(ID, SETTINGS)
    records = [entered(0, "a")]
    with pytest.raises(ConnectionError):
        following.look({b"a": 2}, Broken(records))

    assert following.look({b"a": 2}, FakeReader(records)) == Results(created=1, waiting=1)


def test_a_new_replay_reads_from_offsets_and_a_resumed_one_from_times_with_a_margin() -> None:
    years_ago = entered(5, "a", settled_at=START - timedelta(days=900))
    following = Following(ID, SETTINGS)
    following.begin(FakeReader([entered(4, "a")]))

    assert following.look({b"a": 1}, FakeReader([entered(4, "a"), years_ago])).created == 1
    assert look({b"a": 1}, years_ago, since=START) == Results(waiting=1)
    assert (
        look(
            {b"a": 1}, entered(5, "a", settled_at=START - timedelta(minutes=9)), since=START
        ).created
        == 1
    )


@pytest.mark.parametrize(
    ("value", "name"),
    [
        pytest.param(b'{"invoice_id":"a"}', b"a", id="the value names it"),
        pytest.param(b'{"invoice_id":" "}', b"key", id="a blank name"),
        pytest.param(b'{"invoice_id":"\\ud800"}', b"key", id="half a surrogate pair"),
        pytest.param(b"[]", b"key", id="not an object"),
        pytest.param(b"\xff", b"key", id="not text"),
        pytest.param(None, b"key", id="no value"),
    ],
)
def test_a_record_belongs_to_the_invoice_in_its_value_or_else_in_its_key(
    value: bytes | None, name: bytes
) -> None:
    assert name_of(OutgoingRecord("raw-invoices", b"key", value)) == name


def test_even_a_record_without_key_and_value_has_a_name() -> None:
    assert name_of(OutgoingRecord("raw-invoices", None, None)) == b""


class Services:
    """An event that is waited for; meanwhile time passes and the services write."""

    def __init__(self, installation: FakeInstallation, *entries: Record) -> None:
        self._installation = installation
        self._entries = list(entries)
        self.is_stopped = False

    def is_set(self) -> bool:
        return self.is_stopped

    def wait(self, seconds: float) -> None:
        self._installation.clock.advance(seconds)
        if self._entries:
            self._installation.records.append(self._entries.pop(0))


def replayed(installation: FakeInstallation) -> Replay:
    replay = Replay(ID, ReplayRequest("raw", Selection()), installation, KIM)
    replay.plan()
    assert replay.send(None, Event(), lambda: None)
    return replay


def raws(*names: str) -> list[Record]:
    at = START - timedelta(hours=1)
    return [
        record_in("raw-invoices", number, raw_invoice(invoice_id=name), name, at=at)
        for number, name in enumerate(names)
    ]


def test_a_replay_is_followed_until_every_record_has_ended() -> None:
    installation = FakeInstallation([*raws("a", "b"), entered(3, "a")])
    replay = replayed(installation)
    looks: list[Results] = []

    results = replay.follow(
        900, Services(installation, entered(4, "a"), failed(5, "b")), looks.append
    )

    assert [each.waiting for each in looks] == [2, 1, 0]
    assert (results.created, results.failed) == (1, {"items-not-mapped": 1})
    assert installation.clock.monotonic() == 2 * LOOK_SECONDS


def test_records_that_ended_before_the_first_look_are_found() -> None:
    installation = FakeInstallation(raws("a"))
    replay = replayed(installation)
    installation.records.append(entered(0, "a"))

    assert replay.follow(900, Services(installation), lambda _results: None).is_good


def test_the_rest_is_still_waiting_when_the_time_is_over() -> None:
    installation = FakeInstallation(raws("a", "b"))
    replay = replayed(installation)

    results = replay.follow(5, Services(installation, entered(0, "a")), lambda _results: None)

    assert (results.created, results.waiting) == (1, 1)
    assert installation.clock.monotonic() == 5


def test_a_stop_ends_the_wait_and_another_process_continues_from_there() -> None:
    installation = FakeInstallation(raws("a", "b"))
    replay = replayed(installation)
    services = Services(installation)
    services.is_stopped = True
    installation.records.append(entered(0, "a"))

    assert replay.follow(900, services, lambda _results: None) == Results(created=1, waiting=1)
    resumed = Replay(ID, ReplayRequest("raw", Selection()), installation, KIM)

    assert (resumed.resume().selected, resumed.put_back) == (0, 2)
    assert resumed.look() == Results(created=1, waiting=1)


class Closing(FakeInstallation):
    """Topics that may not be read once ``is_closed``."""

    is_closed = False

    def reader(self) -> FakeReader:
        assert not self.is_closed
        return super().reader()


def test_nothing_is_read_for_a_replay_without_records() -> None:
    installation = Closing([])
    replay = Replay(ID, ReplayRequest("raw", Selection()), installation, KIM)
    replay.plan()
    installation.is_closed = True

    assert replay.follow(900, Services(installation), lambda _results: None) == Results()


def test_the_results_can_be_written_as_json() -> None:
    results = Results(1, Counter({"already-synced": 2}), Counter({"items-not-mapped": 3}), 4)

    assert results.document() == {
        "created": 1,
        "skipped": {"already-synced": 2},
        "failed_again": {"items-not-mapped": 3},
        "still_waiting": 4,
    }
