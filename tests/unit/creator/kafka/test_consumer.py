"""The poll loop over a group member in memory: when it pauses, commits and gives back
partitions.
"""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_creator.kafka.admission import MAX_BYTES, RECORD_BYTES, Admission
from invoice_creator.kafka.consumer import Bounds, InvoiceConsumer
from invoice_creator.kafka.tasks import WITHOUT_WRITEBACK, Scope
from invoice_creator.scheduling.dispatch import Dispatcher
from invoice_creator.scheduling.engine import Attempt, Engine
from invoice_creator.scheduling.task import Task
from invoice_shared import serde
from invoice_shared.clock import SystemClock
from invoice_shared.decision import Decision
from invoice_shared.errors import CallFailed
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import RetryPolicy
from tests.builders import formatted_invoice
from tests.support.waiting import eventually
from tests.unit.shared.kafka.fakes import FakeMessage

TOPIC = "formatted-invoices"
SECONDS = 10.0
PAUSE = Decision(
    decision_id="d-1",
    kind="pause",
    subject="netsuite",
    by="kim",
    why="closing the books",
    at=datetime(2026, 11, 1, tzinfo=UTC),
    via="cli",
)


def message(partition: int, offset: int) -> FakeMessage:
    value = serde.to_bytes(formatted_invoice(invoice_id=f"i-{partition}-{offset}"))
    return FakeMessage(partition, offset, topic=TOPIC, key=b"k", value=value)


class FakeMember:
    """A group member that owns what it was assigned.

    It returns no record of a paused partition and refuses to commit foreign ones. As in librdkafka,
    a pause outlives the assignment (seen on a broker that was away for longer than the session).
    """

    def __init__(self) -> None:
        self.records: deque[FakeMessage] = deque()
        self.changes: deque[Callable[[], None]] = deque()
        self.owned: set[int] = set()
        self.paused: set[int] = set()
        self.offsets: dict[int, int] = {}
        self.refuses_commits = False
        self.refused = 0
        self._callbacks: dict[str, Any] = {}

    def subscribe(self, _topics: list[str], **callbacks: Any) -> None:
        self._callbacks = callbacks

    def rebalance(self, kind: str, *partitions: int) -> None:
        """Let the next poll bring a rebalance, as the library does."""
        self.changes.append(lambda: self._rebalance(kind, partitions))

    def _rebalance(self, kind: str, partitions: tuple[int, ...]) -> None:
        self._callbacks[kind](self, [ConfluentPartition(TOPIC, number) for number in partitions])
        self.owned = (
            self.owned | set(partitions) if kind == "on_assign" else self.owned - set(partitions)
        )

    def poll(self, _timeout: float) -> FakeMessage | None:
        if self.changes:
            self.changes.popleft()()
        for message in self.records:
            if message.partition() in self.owned - self.paused:
                self.records.remove(message)
                return message
        threading.Event().wait(0.002)
        return None

    def consume(self, count: int, _timeout: float) -> list[FakeMessage]:
        found = [each for each in self.records if each.partition() in self.owned - self.paused][
            :count
        ]
        for message in found:
            self.records.remove(message)
        return found

    def assignment(self) -> list[ConfluentPartition]:
        return [ConfluentPartition(TOPIC, number) for number in self.owned]

    def pause(self, partitions: list[ConfluentPartition]) -> None:
        self.paused |= {each.partition for each in partitions}

    def resume(self, partitions: list[ConfluentPartition]) -> None:
        self.paused -= {each.partition for each in partitions} & self.owned

    def commit(
        self, offsets: list[ConfluentPartition], asynchronous: bool
    ) -> list[ConfluentPartition]:
        assert not asynchronous
        assert {each.partition for each in offsets} <= self.owned, (
            "committed a partition that it does not own"
        )
        if self.refuses_commits:
            self.refused += 1
            raise KafkaException(KafkaError(KafkaError.REBALANCE_IN_PROGRESS))
        self.offsets |= {each.partition: each.offset for each in offsets}
        return offsets

    def committed(
        self, partitions: list[ConfluentPartition], timeout: float
    ) -> list[ConfluentPartition]:
        return [ConfluentPartition(TOPIC, each.partition, 0) for each in partitions]

    def get_watermark_offsets(self, _partition: ConfluentPartition, **_: Any) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        if self.owned:
            self._rebalance("on_revoke", tuple(self.owned))


class DecisionsRead:
    """Decisions that have always been read."""

    def ask(self) -> int:
        return 1

    def has_read(self, _question: int) -> bool:
        return True


class Loop:
    """The poll loop in a thread, over a fake member and real workers."""

    def __init__(
        self,
        attempt: Attempt,
        capacity: int = 64,
        max_bytes: int = MAX_BYTES,
        *,
        pause: Decision | None = None,
        stall_seconds: float = 120,
    ) -> None:
        clock = SystemClock()
        self.member = FakeMember()
        self.health = Health(clock, stall_seconds)
        policy = RetryPolicy(1, 0.01, 0.01, 900, jitter=lambda low, _high: low)
        dispatcher = Dispatcher(
            clock,
            policy,
            lambda: Circuit(clock, 5, 1, ConcurrencyLimit(64)),
            lambda *_: None,
            capacity=capacity,
            window=10_000,
            is_paused=lambda _destination: False,
        )
        bounds = Bounds(
            Scope(("netsuite",), ("netsuite", "razorpay")),
            lambda _destination: pause,
            WITHOUT_WRITEBACK,
            revoke_seconds=SECONDS,
            grace_seconds=SECONDS,
        )
        consumer = InvoiceConsumer(
            cast("Consumer", self.member),
            Engine(dispatcher, attempt, 4, lambda _system: None, clock=clock),
            Admission(DecisionsRead(), max_bytes=max_bytes),
            bounds,
            clock=clock,
            health=self.health,
            metrics=Metrics(),
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=consumer.run, args=(TOPIC, self._stop), daemon=True)

    def wait_in_the_group(self) -> None:
        """Begin without an assignment."""
        self._thread.start()

    def start(self, *partitions: int, records: int) -> None:
        self.member.rebalance("on_assign", *partitions)
        self.member.records.extend(
            message(number, offset) for number in partitions for offset in range(records)
        )
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._stop.set()

    def stop(self) -> None:
        self.ask_to_stop()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


def at_once(_: Task) -> CallFailed | None:
    return None


class Gate:
    """Lets attempts begin at once, and end only when a test says so."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, _: Task) -> CallFailed | None:
        self.began.release()
        self.opened.wait(SECONDS)
        return None


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_settled_records_are_committed_before_the_group_is_left() -> None:
    loop = Loop(at_once)
    loop.start(0, 1, records=30)

    eventually(lambda: loop.member.offsets == {0: 30, 1: 30}, SECONDS)
    assert loop.health.missing_parts() == []
    loop.stop()
    assert loop.health.missing_parts() == ["partitions: none assigned yet"]


def test_a_pause_does_not_hide_a_missing_assignment() -> None:
    loop = Loop(at_once, pause=PAUSE, stall_seconds=2)
    loop.wait_in_the_group()

    eventually(lambda: "netsuite paused" in loop.health.reasons(), SECONDS)
    eventually(lambda: not loop.health.is_live(), SECONDS)
    loop.stop()


def test_only_a_partition_with_enough_records_read_is_paused(gate: Gate) -> None:
    loop = Loop(gate, capacity=4, max_bytes=20 * RECORD_BYTES)
    loop.member.rebalance("on_assign", 1)
    loop.start(0, records=20)
    eventually(lambda: loop.member.paused == {0}, SECONDS)

    loop.member.records.append(message(1, 0))
    eventually(lambda: not loop.member.records, SECONDS)
    assert loop.member.paused == {0}
    gate.opened.set()

    eventually(lambda: loop.member.offsets == {0: 20, 1: 1}, SECONDS)
    eventually(lambda: loop.member.paused == set(), SECONDS)
    loop.stop()


def test_a_partition_is_served_however_much_waits_in_another(gate: Gate) -> None:
    began: list[str] = []

    def attempt(task: Task) -> CallFailed | None:
        began.append(task.record.position)
        gate.opened.wait(SECONDS)
        return None

    loop = Loop(attempt, capacity=4)
    loop.member.rebalance("on_assign", 1)
    loop.start(0, records=100)
    loop.member.records.append(message(1, 0))
    gate.opened.set()

    eventually(lambda: loop.member.offsets == {0: 100, 1: 1}, SECONDS)
    loop.stop()
    assert began.index(f"{TOPIC}[1]@0") < 20


def test_a_revoked_partition_waits_for_attempts_in_flight_and_commits_them(gate: Gate) -> None:
    loop = Loop(gate)
    loop.start(0, records=1)
    gate.began.acquire(timeout=SECONDS)
    loop.member.rebalance("on_revoke", 0)
    gate.opened.set()

    eventually(lambda: loop.member.offsets == {0: 1}, SECONDS)
    loop.stop()


def test_nothing_of_a_lost_partition_is_committed(gate: Gate) -> None:
    loop = Loop(gate)
    loop.start(0, records=3)
    gate.began.acquire(timeout=SECONDS)
    loop.member.rebalance("on_lost", 0)
    eventually(lambda: loop.member.owned == set(), SECONDS)
    gate.opened.set()

    loop.stop()
    assert loop.member.offsets == {}


def test_a_partition_lost_while_paused_resumes_when_it_comes_back(gate: Gate) -> None:
    loop = Loop(gate, capacity=2, max_bytes=RECORD_BYTES)
    loop.start(0, records=6)
    eventually(lambda: loop.member.paused == {0}, SECONDS)
    loop.member.rebalance("on_lost", 0)
    eventually(lambda: loop.member.owned == set(), SECONDS)
    gate.opened.set()
    loop.member.records = deque(message(0, offset) for offset in range(6))

    loop.member.rebalance("on_assign", 0)

    eventually(lambda: loop.member.offsets == {0: 6}, SECONDS)
    loop.stop()


def test_a_refused_commit_is_tried_again() -> None:
    loop = Loop(at_once)
    loop.member.refuses_commits = True
    loop.start(0, records=3)
    eventually(lambda: not loop.member.records, SECONDS)

    loop.member.refuses_commits = False

    eventually(lambda: loop.member.offsets == {0: 3}, SECONDS)
    loop.stop()


def test_the_last_commit_is_tried_until_a_rebalance_is_over() -> None:
    loop = Loop(at_once)
    loop.member.refuses_commits = True
    loop.start(0, records=3)
    eventually(lambda: loop.member.refused, SECONDS)
    loop.ask_to_stop()
    eventually(lambda: loop.member.refused > 20, SECONDS)

    loop.member.refuses_commits = False

    loop.stop()
    assert loop.member.offsets == {0: 3}
