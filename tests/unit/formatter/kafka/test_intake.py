import asyncio

from hypothesis import given
from hypothesis import strategies as st

from invoice_formatter.judgement import build_circuit
from invoice_formatter.kafka.intake import Brakes, Intake
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared.metrics import Metrics
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.record import Record, TopicPartition
from tests.builders import record
from tests.fakes import FakeClock
from tests.unit.formatter.kafka.test_lanes import turn

PARTITION = TopicPartition("raw-invoices", 0)
OTHER = TopicPartition("raw-invoices", 1)


class Broker:
    """Delivers records to an intake, keeps their work open until told otherwise, and records the
    acknowledgements.
    """

    def __init__(self, capacity: int = 3, window: int | None = None) -> None:
        self.acknowledged: list[int] = []
        self.begun: list[int] = []
        self.metrics = Metrics()
        self.underway = Underway()
        self.turns = Turns(
            build_circuit(FakeClock(), 16, 30), RateLimits(FakeClock()), lambda *_: None
        )
        self._work: dict[int, asyncio.Event] = {}
        self.intake = Intake(
            self._settle,
            Brakes(self.turns, self.underway),
            capacity=capacity,
            window=window or capacity,
            metrics=self.metrics,
            crashed=self._crash,
        )

    async def _settle(self, taken: Record) -> None:
        self.begun.append(taken.offset)
        with self.underway.step():
            await self._work.setdefault(taken.offset, asyncio.Event()).wait()

    def _crash(self, error: BaseException) -> None:
        raise error

    def deliver(
        self, offset: int, *, current: bool = True, partition: int = 0, value: bytes = b"{}"
    ) -> asyncio.Task[None]:
        taken = record(offset=offset, partition=partition, key=str(offset).encode(), value=value)
        return asyncio.create_task(
            self.intake.take(taken, lambda: self.acknowledged.append(offset), lambda: current)
        )

    async def rebalance(self, *assigned: TopicPartition) -> None:
        """Lose everything without waiting for work in progress, and get some of it back."""
        await self.intake.stop(0)
        self.intake.go_on(set(assigned))

    async def settle(self, *offsets: int) -> None:
        for offset in offsets:
            self._work.setdefault(offset, asyncio.Event()).set()
            await turn()


async def test_an_acknowledgement_never_covers_an_unfinished_record() -> None:
    broker = Broker()
    for offset in (1, 2, 3):
        await broker.deliver(offset)

    await broker.settle(3, 2)
    assert broker.acknowledged == []

    await broker.settle(1)
    assert broker.acknowledged == [1, 2, 3]


async def test_no_more_records_than_the_capacity_are_taken_until_one_is_acknowledged() -> None:
    broker = Broker(capacity=2)
    await broker.deliver(1)
    await broker.deliver(2)
    third = broker.deliver(3)
    await broker.settle(2)
    assert not third.done()

    await broker.settle(1)

    await third
    await turn()
    assert broker.begun == [1, 2, 3]


async def test_a_slow_record_blocks_others_only_once_the_window_is_full() -> None:
    broker = Broker(capacity=2, window=4)
    for offset in (1, 2, 3, 4):
        await broker.deliver(offset)
        if offset > 1:
            await broker.settle(offset)
    fifth = broker.deliver(5)
    await turn()
    assert not fifth.done()

    await broker.settle(1)

    await fifth
    assert broker.acknowledged == [1, 2, 3, 4]


async def test_a_record_from_before_a_rebalance_is_ignored() -> None:
    broker = Broker()
    await broker.deliver(1, current=False)
    await turn()

    assert broker.begun == []
    assert b"invoice_connector_records_in_flight 0.0" in broker.metrics.exposition()


async def test_revoked_partitions_are_abandoned_never_acknowledged_and_free_their_room() -> None:
    broker = Broker(capacity=1)
    await broker.deliver(1)

    await broker.rebalance(OTHER)
    await broker.deliver(2, partition=1)
    await broker.settle(1, 2)

    assert broker.acknowledged == [2]
    assert broker.begun == [1, 2]


async def test_a_kept_partition_repeats_no_work_and_acknowledges_after_redelivery() -> None:
    broker = Broker(capacity=9)
    for offset in (4, 5, 6):
        await broker.deliver(offset)
    await broker.settle(5)

    await broker.rebalance(PARTITION)
    await broker.settle(4)
    assert broker.acknowledged == []

    for offset in (4, 5, 6, 7):
        await broker.deliver(offset)
    await broker.settle(7, 6)

    assert broker.acknowledged == [4, 5, 6, 7]
    assert broker.begun == [4, 5, 6, 7]


async def test_records_are_kept_through_two_rebalances_whether_redelivered_or_not() -> None:
    broker = Broker(capacity=9)
    for offset in (4, 5, 6):
        await broker.deliver(offset)

    await broker.rebalance(PARTITION)
    await broker.deliver(4)
    await broker.rebalance(PARTITION)
    for offset in (4, 5, 6):
        await broker.deliver(offset)
    await broker.settle(6, 5, 4)

    assert broker.acknowledged == [4, 5, 6]
    assert broker.begun == [4, 5, 6]


async def test_a_full_intake_accepts_known_records_without_a_deadlock() -> None:
    broker = Broker(capacity=2)
    await broker.deliver(1)
    await broker.deliver(2)
    late = broker.deliver(3, current=False)

    await broker.rebalance(PARTITION)
    await broker.deliver(1)
    await broker.deliver(2)
    await broker.settle(1, 2)
    await late

    assert broker.acknowledged == [1, 2]
    assert broker.begun == [1, 2]


async def test_records_that_another_member_committed_are_not_waited_for() -> None:
    broker = Broker(capacity=9)
    await broker.deliver(4)
    await broker.deliver(5)

    await broker.rebalance(PARTITION)
    await broker.deliver(6)
    await broker.settle(6)

    assert broker.acknowledged == [6]


async def test_records_after_an_earlier_position_are_done_again_and_acknowledged_in_order() -> None:
    broker = Broker(capacity=9)
    await broker.deliver(5)

    await broker.rebalance(PARTITION)
    await broker.deliver(4)
    await broker.deliver(5)
    await broker.settle(5)
    assert broker.acknowledged == []

    await broker.settle(4)
    assert broker.acknowledged == [4, 5]


async def test_a_different_record_at_a_known_offset_is_processed() -> None:
    broker = Broker(capacity=9)
    await broker.deliver(5)
    await broker.settle(5)
    await broker.deliver(6)

    await broker.rebalance(PARTITION)
    await broker.deliver(6, value=b"of a topic that was created again")
    await turn()
    await broker.settle(6)

    assert broker.begun == [5, 6, 6]
    assert broker.acknowledged == [5, 6]


async def test_a_standstill_waits_for_work_in_progress_and_lets_nothing_begin() -> None:
    broker = Broker(capacity=9)
    await broker.deliver(1)
    await turn()
    stopping = asyncio.create_task(broker.intake.stop(30))
    late = broker.deliver(2)
    await turn()
    assert (stopping.done(), broker.begun) == (False, [1])

    await broker.settle(1)
    await stopping
    assert broker.acknowledged == [1]
    assert not late.done()

    broker.intake.go_on({PARTITION})
    await late
    await turn()
    assert broker.begun == [1, 2]


async def test_a_closed_intake_accepts_nothing_more_and_finishes_its_work() -> None:
    broker = Broker(capacity=1)
    await broker.deliver(1)
    late = broker.deliver(2)
    await broker.settle(1)
    await late

    closing = asyncio.create_task(broker.intake.close(30))
    await turn()
    too_late = broker.deliver(3)
    await broker.settle(2)
    await closing
    await too_late

    assert broker.begun == [1, 2]
    assert broker.acknowledged == [1, 2]


STEPS = (
    "deliver",
    "deliver",
    "deliver",
    "settle first",
    "settle last",
    "stay",
    "stay uncommitted",
    "leave",
)


@given(st.lists(st.sampled_from(STEPS), max_size=50))
def test_no_sequence_acknowledges_past_an_unsettled_record_or_begins_a_kept_one_twice(
    steps: list[str],
) -> None:
    asyncio.run(play(steps))


async def play(steps: list[str]) -> None:
    broker = Broker(capacity=100)
    settled = set[int]()
    position = committed = 0
    for step in steps:
        unsettled = sorted(set(broker.begun) - settled)
        match step:
            case "deliver":
                await broker.deliver(position)
                await turn()
                position += 1
            case "settle first" | "settle last" if unsettled:
                done = unsettled[0 if step == "settle first" else -1]
                settled.add(done)
                await broker.settle(done)
            case "stay" | "stay uncommitted":
                await broker.rebalance(PARTITION)
                position = committed
            case "leave":
                await broker.rebalance(OTHER)
                broker.begun.clear()
                position = committed
        acknowledged = max([0, *(offset + 1 for offset in broker.acknowledged)])
        assert set(range(acknowledged)) <= settled
        if step != "stay uncommitted":
            committed = acknowledged
    if "stay uncommitted" not in steps:
        assert len(broker.begun) == len(set(broker.begun))
