"""What a planned rebalance makes done twice, counted by what each process logged.

Latencies are uneven.
"""

import pytest

from tests.integration.formatter.world import World, formatted_by, metronome_invoice
from tests.support.services import Service, StartService
from tests.support.waiting import eventually

FORMATTER = "invoice-formatter"
COUNT = 4000
CONCURRENCY = 16
UNEVEN = {"p50": 0.05, "slow_share": 0.02, "slow_seconds": 1.5}


def done_twice(*services: Service) -> list[str]:
    return [position for position, times in formatted_by(*services).items() if times > 1]


@pytest.mark.broker
@pytest.mark.real_broker
def test_a_replica_that_joins_and_leaves_makes_nobody_do_its_records_again(
    world: World, start_service: StartService
) -> None:
    world.outside.metronome.limit(latency=UNEVEN)
    world.seed(metronome_invoice(f"invoice-{number}") for number in range(COUNT))
    staying = [start_service(FORMATTER, world.settings()) for _ in range(2)]
    eventually(lambda: all(formatted_by(each) for each in staying), timeout=120)

    joining = start_service(FORMATTER, world.settings())
    eventually(lambda: len(formatted_by(joining)) > 100, timeout=120)
    assert joining.terminate(timeout=30) == 0
    eventually(lambda: world.lag() == 0, timeout=200)

    assert [done_twice(each) for each in [*staying, joining]] == [[], [], []]
    # Two hand-overs: the one to the replica that joined, and the one by the replica that left.
    assert len(done_twice(*staying, joining)) <= 2 * CONCURRENCY
    assert len(formatted_by(*staying, joining)) == COUNT
