"""Lanes, bounded window, contiguous offsets and phases: the bookkeeping between the poll loop and
the workers.
"""

import heapq
from typing import Any

import pytest

from invoice_creator.kafka.tasks import ALL_PHASES, WITHOUT_WRITEBACK
from invoice_creator.scheduling.dispatch import MAX_IN_DOUBT, MAX_REPORTS, Dispatcher
from invoice_creator.scheduling.doubt import PAUSES, Doubt
from invoice_creator.scheduling.task import KAFKA, Skip, Task
from invoice_providers.base import Found
from invoice_shared.errors import (
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
    Unreachable,
)
from invoice_shared.record import Record, TopicPartition
from invoice_shared.resilience.circuit import Change, Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import RetryPolicy
from tests.builders import formatted_invoice, record
from tests.fakes import FakeClock
from tests.unit.creator.fakes import FakeProvider

TOPIC = "formatted-invoices"
P0 = TopicPartition(TOPIC, 0)
P1 = TopicPartition(TOPIC, 1)
FAILED = Unavailable("500")
UNKNOWN = Uncertain("no answer")
OUTAGE = Unreachable("no connection")


class Floor:
    """A dispatcher, its clock, and what it reported about its circuits."""

    def __init__(self, capacity: int = 64, window: int = 10_000, concurrency: int = 64) -> None:
        self.clock = FakeClock()
        self.told: list[tuple[str, Change]] = []
        self.paused: set[str] = set()
        self.work = Dispatcher(
            self.clock,
            RetryPolicy(1, 5, 30, 900, jitter=lambda _low, high: high),
            lambda: Circuit(self.clock, 5, 10, ConcurrencyLimit(concurrency)),
            lambda system, change, _error: self.told.append((system, change)),
            capacity=capacity,
            window=window,
            is_paused=lambda system: system in self.paused,
        )

    def offer(self, offset: int, invoice: str, partition: int = 0, **kind: Any) -> Task:
        phases = kind.pop("phases", WITHOUT_WRITEBACK)
        document = formatted_invoice(invoice_id=invoice, **kind)
        task = Task(
            record(topic=TOPIC, partition=partition, offset=offset, key=invoice.encode()),
            document,
            phases,
        )
        self.work.offer(task)
        return task

    def take(self) -> Task:
        task = self.work.take()
        assert task is not None
        return task

    def create(self, task: Task) -> bool:
        """Create the document of a taken task, and return whether its worker goes on."""
        task.created = Found("1001")
        return self.work.report(task, None)

    def doubt(self, task: Task, error: CallFailed = UNKNOWN) -> None:
        """Leave the request of a taken task without an answer."""
        assert task.slot is not None
        task.doubt = Doubt(error, task.slot.opening)
        self.fail(task, error)

    def taken(self, task: Task) -> None:
        """Let the provider say that the task's id is taken, and show no document."""
        task.doubt = Doubt(FakeProvider.taken("taken"), opening=0)
        self.work.report(task, None)

    def look(self, task: Task) -> None:
        """Let a look for a task in doubt find nothing."""
        assert task.slot is not None
        assert task.doubt is not None
        task.doubt.found_nothing(task.slot)
        self.work.report(task, None)

    def finish(self, task: Task) -> None:
        """Let every phase of a taken task succeed."""
        if task.doubt is not None and task.skip is None and task.refusal is None:
            task.created = Found("1001")
        while self.work.report(task, None):
            pass

    def fail(self, task: Task, error: CallFailed = FAILED) -> None:
        assert not self.work.report(task, error)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_records_are_taken_in_the_order_in_which_they_came(floor: Floor) -> None:
    for offset in range(3):
        floor.offer(offset, f"i-{offset}")

    assert [floor.take().record.offset for _ in range(3)] == [0, 1, 2]
    assert floor.work.take() is None


def test_records_of_one_invoice_are_never_in_work_together_and_keep_their_order(
    floor: Floor,
) -> None:
    first = floor.offer(0, "i")
    second = floor.offer(1, "i")

    assert floor.take() is first
    assert floor.work.take() is None
    floor.finish(first)
    assert floor.take() is second


def test_a_parked_record_holds_back_only_its_own_invoice(floor: Floor) -> None:
    floor.offer(0, "bad")
    floor.offer(1, "bad")
    floor.offer(2, "good")
    floor.fail(floor.take())

    assert floor.take().record.offset == 2
    assert floor.work.take() is None
    floor.clock.advance(1)
    assert floor.take().record.offset == 0


def test_only_records_before_the_first_unfinished_one_can_be_committed(floor: Floor) -> None:
    slow, *others = (floor.offer(offset, f"i-{offset}") for offset in range(10, 13))
    taken = [floor.take() for _ in range(3)]
    for task in taken[1:]:
        floor.finish(task)

    assert floor.work.offsets.committable() == {}
    floor.finish(slow)
    assert floor.work.offsets.committable() == {P0: 13}
    assert others == taken[1:]


def test_nothing_is_committed_twice(floor: Floor) -> None:
    floor.offer(0, "i")
    floor.finish(floor.take())
    floor.work.offsets.committed({P0: 1})

    assert floor.work.offsets.committable() == {}


def test_a_record_for_another_creator_is_skipped_in_order(floor: Floor) -> None:
    floor.offer(0, "i")
    floor.work.skip(record(topic=TOPIC, offset=1))

    assert floor.work.offsets.committable() == {}
    floor.finish(floor.take())
    assert floor.work.offsets.committable() == {P0: 2}
    assert floor.work.held() == 0


def test_a_worker_continues_with_the_next_phase(floor: Floor) -> None:
    task = floor.offer(0, "i", phases=ALL_PHASES)
    floor.take()

    task.created = Found("1001")
    steps = [(task.phase, floor.work.report(task, None)) for _ in range(3)]

    assert steps == [("create", True), ("write-back", True), ("publish", False)]
    assert floor.work.offsets.committable() == {P0: 1}


def test_a_refusal_ends_the_creation_for_good_and_is_recorded(floor: Floor) -> None:
    task = floor.offer(0, "i")
    refusal = Rejected("provider-rejected", "no")

    assert floor.work.report(floor.take(), refusal)
    assert (task.phase, task.refusal) == ("publish", refusal)


def test_an_open_circuit_holds_back_only_its_destination(floor: Floor) -> None:
    floor.offer(0, "a")
    floor.offer(1, "b")
    floor.offer(2, "c", destination="razorpay")
    floor.fail(floor.take(), OUTAGE)

    assert floor.take().record.offset == 2
    assert floor.work.take() is None
    assert floor.told == [("netsuite", "opened")]


def test_while_a_circuit_is_open_invoices_take_turns_to_probe(
    floor: Floor,
) -> None:
    for offset in range(3):
        floor.offer(offset, f"i-{offset}")
    floor.fail(floor.take(), OUTAGE)
    probes = []
    for _ in range(3):
        floor.clock.advance(10)
        task = floor.take()
        assert floor.work.take() is None
        floor.fail(task, OUTAGE)
        probes.append(task.record.offset)

    assert sorted(probes) == [0, 1, 2]


def test_all_invoices_continue_once_a_probe_succeeds(floor: Floor) -> None:
    for offset in range(5):
        floor.offer(offset, f"i-{offset}")
    floor.fail(floor.take(), OUTAGE)
    floor.clock.advance(1)

    floor.finish(floor.take())

    assert floor.told == [("netsuite", "opened"), ("netsuite", "closed")]
    together = [floor.take(), floor.take()]
    assert floor.work.take() is None, "after an outage calls come back a few at a time"
    for task in together:
        floor.finish(task)
    assert len([floor.take(), floor.take()]) == 2


def test_refused_credentials_file_nothing_and_are_reported_once(floor: Floor) -> None:
    floor.offer(0, "a")
    for _ in range(5):
        floor.clock.advance(30)
        floor.fail(floor.take(), CredentialsRefused("who?"))

    assert floor.told == [("netsuite", "refused")]
    assert floor.work.held() == 1


def test_an_unknown_outcome_waits_for_the_settle_time(floor: Floor) -> None:
    floor.offer(0, "a")
    floor.fail(floor.take(), Uncertain("reset"))

    floor.clock.advance(4.9)
    assert floor.work.take() is None
    assert floor.work.seconds_until_due() == pytest.approx(0.1)
    floor.clock.advance(0.1)
    assert floor.take().record.offset == 0


def test_a_status_that_waits_for_metronome_frees_its_worker_and_its_place(floor: Floor) -> None:
    small = Floor(capacity=1)
    task = small.offer(0, "a", phases=ALL_PHASES)
    assert small.work.is_full()
    assert small.create(small.take())
    small.fail(task, OUTAGE)

    assert small.work.has_room()
    assert small.work.held() == 1
    second = small.offer(1, "b", phases=ALL_PHASES)
    assert small.take() is second
    assert not small.create(second), "Metronome's circuit is open: the worker is free for others"


def test_the_number_of_waiting_statuses_is_bounded_too() -> None:
    small = Floor(capacity=1)
    for offset in range(MAX_REPORTS + 1):
        small.clock.advance(30)
        small.offer(offset, f"i-{offset}", phases=ALL_PHASES)
        task = next(iter_take(small))
        if small.create(task):
            small.fail(task, OUTAGE)

    assert small.work.is_full()


def iter_take(floor: Floor) -> Any:
    """Yield the tasks that are to be created; a probe of Metronome on the way fails again."""
    while (task := floor.work.take()) is not None:
        if task.phase == "create":
            yield task
        else:
            floor.fail(task, OUTAGE)


def test_the_window_is_bounded_and_has_room_again_at_half() -> None:
    floor = Floor(capacity=4)
    for offset in range(4):
        floor.offer(offset, f"i-{offset}")

    assert floor.work.is_full()
    floor.finish(floor.take())
    assert not floor.work.is_full()
    assert not floor.work.has_room()
    floor.finish(floor.take())
    assert floor.work.has_room()


def test_a_revoked_partition_drops_waiting_records_and_commits_those_that_finish_in_time(
    floor: Floor,
) -> None:
    floor.offer(0, "a")
    floor.offer(1, "b")
    floor.offer(0, "c", partition=1)
    in_flight = floor.take()

    floor.work.abandon({P0})

    assert floor.work.is_busy({P0})
    assert floor.take().record.topic_partition == P1
    floor.finish(in_flight)
    assert not floor.work.is_busy({P0})
    assert floor.work.offsets.committable() == {P0: 1}


def test_an_attempt_still_in_flight_when_its_partition_is_forgotten_commits_nothing(
    floor: Floor,
) -> None:
    floor.offer(0, "a")
    in_flight = floor.take()
    floor.work.forget({P0})

    assert not floor.work.report(in_flight, None)
    assert floor.work.offsets.committable() == {}
    assert floor.work.held() == 0


def test_a_partition_that_comes_back_does_not_overlap_with_the_old_attempt(floor: Floor) -> None:
    floor.offer(0, "a")
    old = floor.take()
    floor.work.forget({P0})
    new = floor.offer(0, "a")

    assert floor.work.take() is None
    assert not floor.work.report(old, None)
    assert floor.work.offsets.committable() == {}
    assert floor.take() is new
    floor.finish(new)
    assert floor.work.offsets.committable() == {P0: 1}


def test_an_old_attempt_that_fails_is_not_tried_again(floor: Floor) -> None:
    floor.offer(0, "a")
    old = floor.take()
    floor.work.forget({P0})

    floor.fail(old)
    floor.clock.advance(60)
    assert floor.work.take() is None


def test_a_malformed_record_is_only_recorded(floor: Floor) -> None:
    task = Task(record(topic=TOPIC, offset=0, key=None, value=b"?"), None, ("publish",))
    floor.work.offer(task)

    assert (floor.take().system, task.lane) == (KAFKA, b"formatted-invoices[0]@0")
    floor.finish(task)
    assert floor.work.offsets.committable() == {P0: 1}


def test_a_paused_destination_waits_for_its_resumption_while_others_continue(
    floor: Floor,
) -> None:
    floor.offer(0, "a")
    floor.offer(1, "b", destination="razorpay")
    floor.paused.add("netsuite")

    assert floor.take().record.offset == 1
    assert floor.work.take() is None
    assert floor.work.seconds_until_due() is None
    floor.paused.clear()
    assert floor.take().record.offset == 0


def test_a_document_created_while_its_destination_was_paused_is_still_recorded(
    floor: Floor,
) -> None:
    task = floor.offer(0, "a")
    floor.take()
    floor.paused.add("netsuite")

    floor.finish(task)

    assert floor.work.offsets.committable() == {P0: 1}


def test_an_invoice_in_doubt_is_looked_for_after_growing_delays_and_then_filed(
    floor: Floor,
) -> None:
    task = floor.offer(0, "a")
    floor.offer(1, "b")
    floor.doubt(floor.take())
    floor.clock.advance(1)
    floor.create(floor.take())
    waited = []
    for _ in PAUSES:
        waited.append(floor.work.seconds_until_due())
        floor.clock.advance(waited[-1] or 0.0)
        floor.look(floor.take())

    assert waited == [4.0, 10.0, 20.0, 40.0, 60.0]
    assert (task.phase, task.may_exist) == ("publish", True)
    assert task.refusal is not None
    assert "may exist" in task.refusal.reason


def test_a_filed_doubt_is_not_reported_to_metronome(floor: Floor) -> None:
    task = floor.offer(0, "a", phases=ALL_PHASES)
    floor.doubt(floor.take(), Uncertain("no answer"))
    task.doubt = Doubt(FakeProvider.taken("taken"), opening=0, looks=len(PAUSES) - 1)
    floor.clock.advance(60)

    floor.look(floor.take())

    assert task.phases == ("publish",)


def test_a_doubt_without_a_success_of_others_is_looked_for_longer(
    floor: Floor,
) -> None:
    task = floor.offer(0, "a")
    floor.doubt(floor.take())
    for _ in range(2 * len(PAUSES)):
        floor.clock.advance(60)
        floor.look(floor.take())

    assert task.phase == "create"
    floor.offer(1, "b")
    floor.create(floor.take())
    floor.clock.advance(60)
    floor.look(floor.take())
    assert task.may_exist


def test_looks_do_not_count_while_the_circuit_is_open(floor: Floor) -> None:
    task = floor.offer(0, "a")
    floor.offer(1, "b")
    floor.doubt(floor.take())
    floor.fail(floor.take(), OUTAGE)
    assert task.doubt is not None

    floor.clock.advance(60)
    floor.finish(floor.take())
    assert floor.told == [("netsuite", "opened"), ("netsuite", "closed")]
    floor.look(floor.take())
    assert task.doubt.looks == 0
    floor.clock.advance(60)
    floor.look(floor.take())
    assert task.doubt.looks == 1


def test_a_document_that_is_found_late_is_a_success(floor: Floor) -> None:
    task = floor.offer(0, "a", phases=ALL_PHASES)
    floor.doubt(floor.take())
    floor.clock.advance(5)

    assert floor.create(floor.take())

    assert (task.phase, task.refusal, task.may_exist) == ("write-back", None, False)


def test_a_look_that_finds_nothing_does_not_prove_that_creating_works(floor: Floor) -> None:
    doubtful = floor.offer(0, "a")
    failing = floor.offer(1, "b")
    floor.doubt(floor.take())
    floor.fail(floor.take())
    for _ in range(2):
        floor.clock.advance(60)
        for _ in range(2):
            if (task := floor.take()) is doubtful:
                floor.look(task)
            else:
                floor.fail(task)

    assert (doubtful.phase, failing.phase) == ("create", "create")


def test_a_skip_made_without_a_call_does_not_close_a_circuit(floor: Floor) -> None:
    task = floor.offer(0, "a")
    floor.offer(1, "b")
    floor.fail(floor.take(), OUTAGE)
    floor.clock.advance(10)
    probe = floor.take()
    probe.skip = Skip("resolved-by-hand", "Resolved by ada.")

    floor.finish(probe)

    assert floor.told == [("netsuite", "opened")]
    assert floor.take() is task, "the next one probes"


def test_invoices_in_doubt_have_a_limit_of_their_own(floor: Floor) -> None:
    small = Floor(capacity=1)
    for offset in range(MAX_IN_DOUBT):
        assert not small.work.is_full()
        small.offer(offset, f"i-{offset}")
        small.taken(small.take())

    assert small.work.is_full()


INVOICE = formatted_invoice()


class Month:
    """Invoices without end over four slots and calls of 100 ms, with one invoice in ``one_in`` in
    doubt.

    ``looks`` is how many looks it takes to find the document; ``None`` if it is never found.
    """

    SLOTS = 4
    CALL = 0.1
    SECONDS = 300

    def __init__(self, one_in: int | None = None, looks: int | None = None) -> None:
        self.floor = Floor(capacity=16 * self.SLOTS, concurrency=self.SLOTS)
        self.one_in = one_in
        self.looks = looks
        self.offset = 0
        self.calls = 0
        self.created = 0
        self.ends: list[tuple[float, int, Task]] = []
        while (now := self.floor.clock.monotonic()) < self.SECONDS:
            self._fill()
            self._begin(now)
            at, _, task = heapq.heappop(self.ends)
            self.floor.clock.advance(max(0.0, at - now))
            self.calls += 1
            self._end(task)

    def _fill(self) -> None:
        while not self.floor.work.is_full():
            invoice = INVOICE.changed(invoice_id=f"i-{self.offset}")
            self.floor.work.offer(
                Task(Record(TOPIC, 0, self.offset, None, None), invoice, WITHOUT_WRITEBACK)
            )
            self.offset += 1

    def _begin(self, now: float) -> None:
        while len(self.ends) < self.SLOTS and (task := self.floor.work.take()) is not None:
            heapq.heappush(self.ends, (now + self.CALL, task.record.offset, task))

    def _end(self, task: Task) -> None:
        if task.doubt is None and self.one_in and task.record.offset % self.one_in == 0:
            self.floor.doubt(task)
        elif task.doubt is not None and task.doubt.looks + 1 != self.looks:
            self.floor.look(task)
            if task.phase == "publish":
                self.floor.finish(task)
        else:
            self.floor.finish(task)
            self.created += 1


@pytest.fixture(scope="module")
def undisturbed() -> Month:
    return Month()


@pytest.mark.parametrize("looks", [1, 2])
def test_five_percent_of_doubts_cost_less_than_a_tenth_of_the_throughput(
    undisturbed: Month, looks: int
) -> None:
    assert Month(one_in=20, looks=looks).created > 0.9 * undisturbed.created


def test_doubts_that_find_nothing_cost_only_their_own_looks(
    undisturbed: Month,
) -> None:
    assert Month(one_in=20).calls > 0.99 * undisturbed.calls


def created_unseen(floor: Floor, task: Task) -> None:
    """Let the provider create a document without showing its total."""
    task.created = Found("1001")
    task.created_at = floor.clock.now()
    assert floor.work.report(task, None)


def test_a_read_back_takes_no_slot_from_creates() -> None:
    floor = Floor(capacity=1)
    floor.offer(0, "a")
    task = floor.take()
    assert floor.work.is_full()

    created_unseen(floor, task)

    assert (task.phase, task.system) == ("read-back", "netsuite")
    assert not floor.work.is_full()


def test_a_read_back_that_keeps_failing_ends_with_the_document_that_was_created() -> None:
    floor = Floor()
    floor.offer(0, "a")
    task = floor.take()
    created_unseen(floor, task)
    floor.fail(task)
    floor.clock.advance(900)

    assert floor.take() is task
    assert floor.work.report(task, FAILED)

    assert (task.phase, task.created, task.refusal) == ("publish", Found("1001"), None)


def test_a_document_type_that_the_role_may_not_create_does_not_hold_up_others() -> None:
    floor = Floor(concurrency=4)
    for number in range(33):
        floor.offer(number, f"memo-{number}", document_type="credit_memo")
    floor.offer(33, "invoice")
    forbidden = Unavailable("The role lacks Credit Memo.", refused=True, about="settings")

    for _ in range(33):
        task = floor.take()
        assert task.document is not None
        assert task.document.document_type == "credit_memo"
        floor.fail(task, forbidden)
    floor.finish(floor.take())

    assert floor.told == []
    assert floor.work.held() == 33
