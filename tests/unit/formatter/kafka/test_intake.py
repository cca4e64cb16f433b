import asyncio

from invoice_formatter.kafka.intake import Intake
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition
from tests.builders import record
from tests.unit.formatter.kafka.test_lanes import turn

PARTITION = TopicPartition("raw-invoices", 0)


class Broker:
    """Delivers records to an intake, holds their work until told, and notes the acknowledgements."""

    def __init__(self, capacity: int = 3, window: int | None = None) -> None:
        self.acknowledged: list[int] = []
        self.begun: list[int] = []
        self.metrics = Metrics()
        self._work: dict[int, asyncio.Event] = {}
        self.intake = Intake(
            self._settle, capacity=capacity, window=window or capacity, metrics=self.metrics, crashed=self._crash
        )

    async def _settle(self, taken: Record) -> None:
        self.begun.append(taken.offset)
        await self._work.setdefault(taken.offset, asyncio.Event()).wait()

    def _crash(self, error: BaseException) -> None:
        raise error

    def deliver(self, offset: int, *, current: bool = True) -> asyncio.Task[None]:
        taken = record(offset=offset, key=str(offset).encode())
        return asyncio.create_task(self.intake.take(taken, lambda: self.acknowledged.append(offset), lambda: current))

    async def settle(self, *offsets: int) -> None:
        for offset in offsets:
            self._work.setdefault(offset, asyncio.Event()).set()
            await turn()


async def test_acknowledgements_never_pass_an_unfinished_record() -> None:
    broker = Broker()
    for offset in (1, 2, 3):
        await broker.deliver(offset)

    await broker.settle(3, 2)
    assert broker.acknowledged == []

    await broker.settle(1)
    assert broker.acknowledged == [1, 2, 3]


async def test_no_more_than_the_capacity_is_in_work_until_something_is_acknowledged() -> None:
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


async def test_a_slow_record_does_not_keep_others_out_until_the_window_is_full_of_settled_ones() -> None:
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


async def test_a_record_from_before_a_rebalance_is_left_alone() -> None:
    broker = Broker()
    await broker.deliver(1, current=False)
    await turn()

    assert broker.begun == []
    assert b"invoice_connector_records_in_flight 0.0" in broker.metrics.exposition()


async def test_revoked_partitions_are_never_acknowledged_and_make_room() -> None:
    broker = Broker(capacity=1)
    await broker.deliver(1)
    waiting = broker.deliver(2)
    await turn()

    broker.intake.drop([PARTITION])
    await waiting
    await broker.settle(1)

    assert broker.acknowledged == []
    assert broker.begun == [1, 2]


async def test_a_redelivered_record_is_acknowledged_in_its_new_place() -> None:
    broker = Broker(capacity=9)
    await broker.deliver(5)
    broker.intake.drop([PARTITION])
    await broker.deliver(4)
    await broker.deliver(5)

    await broker.settle(5)
    assert broker.acknowledged == []

    await broker.settle(4)
    assert broker.acknowledged == [4, 5]


async def test_once_closed_nothing_more_is_taken_and_work_is_finished() -> None:
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
