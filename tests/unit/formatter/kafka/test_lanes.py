import asyncio

from invoice_formatter.kafka.lanes import Lanes
from invoice_shared.record import Record, TopicPartition
from tests.builders import record


class Desk:
    """Settles a record when told to, and records what began and what ended."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.settled: list[int] = []
        self.crashes: list[BaseException] = []
        self._may_end: dict[int, asyncio.Future[None]] = {}
        self.lanes = Lanes(
            self._settle, lambda done: self.settled.append(done.offset), self.crashes.append
        )

    async def _settle(self, taken: Record) -> None:
        self.begun.append(taken.offset)
        self._may_end[taken.offset] = asyncio.get_running_loop().create_future()
        await self._may_end[taken.offset]

    async def put(self, offset: int, key: bytes | None, partition: int = 0) -> None:
        self.lanes.put(record(offset=offset, key=key, partition=partition))
        await turn()

    async def end(self, offset: int, error: Exception | None = None) -> None:
        if error:
            self._may_end[offset].set_exception(error)
        else:
            self._may_end[offset].set_result(None)
        await turn()


async def turn() -> None:
    """Let every task that can continue do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_records_of_one_key_run_in_sequence_and_those_of_other_keys_in_parallel() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    await desk.put(2, b"a")
    await desk.put(3, b"b")
    assert desk.begun == [1, 3]

    await desk.end(3)
    await desk.end(1)

    assert desk.begun == [1, 3, 2]
    assert desk.settled == [3, 1]


async def test_an_empty_lane_opens_again() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    await desk.end(1)
    await desk.put(2, b"a")

    assert desk.begun == [1, 2]


async def test_records_without_a_key_do_not_wait_for_each_other() -> None:
    desk = Desk()
    await desk.put(1, None)
    await desk.put(2, None)

    assert desk.begun == [1, 2]


async def test_records_of_other_partitions_are_abandoned_even_in_progress() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    await desk.put(2, b"a")
    await desk.put(3, b"a", partition=1)
    await desk.put(4, b"b", partition=1)

    desk.lanes.keep_only({TopicPartition("raw-invoices", 1)})
    await turn()
    assert len(desk.lanes) == 2

    await desk.end(3)
    await desk.end(4)

    assert desk.begun == [1, 4, 3]
    assert sorted(desk.settled) == [3, 4]
    assert len(desk.lanes) == 0


async def test_an_abandoned_record_that_comes_back_is_done_again() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    desk.lanes.keep_only(())

    await desk.put(1, b"a")
    await desk.end(1)

    assert desk.begun == [1, 1]
    assert desk.settled == [1]
    assert desk.crashes == []


async def test_draining_finishes_what_it_can_and_abandons_the_rest() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    await desk.put(2, b"b")
    await desk.end(1)

    await desk.lanes.drain(0.01)

    assert desk.settled == [1]
    assert desk.crashes == []


async def test_an_unforeseen_error_is_reported_and_its_record_never_counts_as_settled() -> None:
    desk = Desk()
    await desk.put(1, b"a")
    await desk.end(1, ValueError("a defect"))

    assert [str(crash) for crash in desk.crashes] == ["a defect"]
    assert desk.settled == []
