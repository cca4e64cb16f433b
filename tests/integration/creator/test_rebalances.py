"""Work that planned rebalances cause twice, counted from each process's log. Latencies are
uneven.
"""

from collections.abc import Sequence
from functools import partial

import pytest
from confluent_kafka.admin import AdminClient

from tests.integration.creator.world import CREATOR, World, created_by, invoices
from tests.support.services import Service
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.real_broker]

COUNT = 600
ROUNDS = 4


def is_rebalancing(world: World) -> bool:
    group = world.topics.group(CREATOR)
    admin = AdminClient({"bootstrap.servers": world.topics.bootstrap_servers})
    return "REBALANC" in admin.describe_consumer_groups([group])[group].result(10).state.name


def has_created(members: Sequence[Service], count: int) -> bool:
    return len(created_by(*members)) >= count


def test_creators_that_come_and_go_cause_no_repeated_work(world: World) -> None:
    world.outside.netsuite.limit(latency={"p50": 0.05, "slow_share": 0.02, "slow_seconds": 1})
    world.send(invoices(COUNT))
    members = [world.start(), world.start()]

    for number in range(1, ROUNDS + 1):
        eventually(partial(has_created, members, number * 80), timeout=120)
        members[-1].wait_until_ready()  # before that, nothing in it handles SIGTERM
        members.append(world.start_unready())
        eventually(lambda: is_rebalancing(world), timeout=60, every=0.02)
        assert members[-2].terminate(timeout=30) == 0
    eventually(lambda: world.is_committed(COUNT), timeout=120)

    assert [position for position, times in created_by(*members).items() if times > 1] == []
    assert len(created_by(*members)) == COUNT
