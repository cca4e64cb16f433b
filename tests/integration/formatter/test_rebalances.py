"""Work that a planned rebalance causes twice, counted from each process's log. Latencies are
uneven.
"""

from functools import partial

import pytest

from tests.integration.formatter.world import World, formatted_by, metronome_invoice
from tests.support.services import Service, StartService
from tests.support.waiting import eventually

FORMATTER = "invoice-formatter"
CONCURRENCY = 16
UNEVEN = {"p50": 0.05, "slow_share": 0.02, "slow_seconds": 1.5}
# More than the replicas do between two looks, so that a rebalance always finds them at work.
CHUNK = 1000


class Backlog:
    """Invoices that never run out while replicas come and go, however fast the machine is."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.count = 0

    def add(self) -> None:
        numbers = range(self.count, self.count + CHUNK)
        self._world.seed(metronome_invoice(f"invoice-{number}") for number in numbers)
        self.count += CHUNK

    def is_worked_on_by(self, service: Service, count: int = 1) -> bool:
        if self._world.lag() < CHUNK:
            self.add()
        return len(formatted_by(service)) >= count

    def unfinished(self) -> list[str]:
        names = [f"invoice-{number}" for number in range(self.count)]
        ends = self._world.ends()
        return [name for name in names if name not in ends]


def done_twice(*services: Service) -> list[str]:
    return [position for position, times in formatted_by(*services).items() if times > 1]


@pytest.mark.broker
@pytest.mark.real_broker
def test_a_replica_that_joins_and_leaves_causes_no_repeated_work(
    world: World, start_service: StartService
) -> None:
    world.outside.metronome.limit(latency=UNEVEN)
    backlog = Backlog(world)
    backlog.add()
    staying = [start_service(FORMATTER, world.settings()) for _ in range(2)]
    for each in staying:
        eventually(partial(backlog.is_worked_on_by, each), timeout=120)

    joining = start_service(FORMATTER, world.settings())
    eventually(partial(backlog.is_worked_on_by, joining, 100), timeout=120)
    assert joining.terminate(timeout=30) == 0
    eventually(lambda: world.lag() == 0, timeout=200)

    assert backlog.unfinished() == []
    assert [done_twice(each) for each in [*staying, joining]] == [[], [], []]
    # Two handovers: to the replica that joined, and by the replica that left.
    assert len(done_twice(*staying, joining)) <= 2 * CONCURRENCY
    assert len(formatted_by(*staying, joining)) == backlog.count
