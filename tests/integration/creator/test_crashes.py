"""The real process, killed and stopped in the middle of its work: nothing twice, nothing lost, no
cent off.
"""

from decimal import Decimal
from functools import partial

import pytest

from invoice_shared.invoice import FormattedInvoice
from tests.integration.creator.world import World, ids, invoices
from tests.support.broker import Broker
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.broker, pytest.mark.real_broker]

COUNT = 300
# With uniform latencies even an unsafe consumer looks safe.
UNEVEN = {"p50": 0.1, "slow_share": 0.02, "slow_seconds": 3}


def disturb(world: World) -> None:
    # One invoice may by chance meet several of these in a row, which is not what these tests are
    # about.
    world.changes["BILLING_PROVIDER_RETRIES"] = "5"
    world.outside.netsuite.limit(latency=UNEVEN)
    world.outside.netsuite.inject("reset-after", "create", probability=0.05, seed=1)
    world.outside.netsuite.inject("reset-before", "create", probability=0.03, seed=2)
    world.outside.netsuite.inject("status", "create", status=429, probability=0.02, seed=3)
    world.outside.metronome.inject("status", status=500, probability=0.05, seed=4)


def holds(world: World, count: int) -> bool:
    return len(world.outside.netsuite.documents()) >= count


def assert_all_is_well(world: World, sent: list[FormattedInvoice]) -> None:
    eventually(lambda: world.is_committed(len(sent)), timeout=120)
    documents = world.documents()
    ledger = world.ledger()
    assert documents.keys() == ids(sent)
    assert {name: Decimal(each["total"]) for name, each in documents.items()} == {
        invoice.invoice_id: invoice.total for invoice in sent
    }
    assert {name: each["provider_document_id"] for name, each in ledger.items()} == {
        name: each["id"] for name, each in documents.items()
    }
    assert world.failures() == []
    statuses = {
        said["invoice_id"]: said["external_status"] for said in world.outside.metronome.writebacks()
    }
    assert statuses == dict.fromkeys(ids(sent), "FINALIZED")


def test_sigkill_during_uneven_calls_and_lost_answers_does_no_harm(world: World) -> None:
    sent = invoices(COUNT)
    disturb(world)
    world.send(sent)
    creator = world.start()

    for documents in (40, 90, 140, 190, 240):
        eventually(partial(holds, world, documents), timeout=120, every=0.02)
        assert not world.is_committed(COUNT), "killed too late to prove anything"
        creator.kill()
        creator.start()

    assert_all_is_well(world, sent)


def test_members_may_come_and_go_while_work_is_in_progress(world: World) -> None:
    sent = invoices(COUNT)
    disturb(world)
    world.send(sent)
    first = world.start()
    second = world.start()
    eventually(lambda: len(world.outside.netsuite.documents()) >= 100, timeout=120)

    assert first.terminate(timeout=25) == 0
    third = world.start()
    eventually(lambda: len(world.outside.netsuite.documents()) >= 180, timeout=120)
    assert second.terminate(timeout=25) == 0

    assert_all_is_well(world, sent)
    assert third.is_running()


def test_sigterm_finishes_and_commits_work_in_progress(world: World) -> None:
    sent = invoices(50)
    world.outside.netsuite.limit(latency={"p50": 0.5})
    world.send(sent)
    creator = world.start()
    eventually(lambda: len(world.outside.netsuite.documents()) >= 8, timeout=60)

    assert creator.terminate(timeout=25) == 0

    finished = len(world.ledger())
    assert finished == len(world.documents()) < len(sent), (
        "work that was begun is finished, and nothing else"
    )


@pytest.mark.parametrize("away", [0, 14], ids=["for a moment", "for longer than the session"])
def test_a_broker_that_dies_delays_everything_and_loses_nothing(
    world: World, broker: Broker, away: float
) -> None:
    sent = invoices(
        150
    )  # more than are accepted at once: partitions are paused when the broker dies
    world.outside.netsuite.limit(latency={"p50": 0.2})
    world.send(sent)
    creator = world.start()
    eventually(partial(holds, world, 20), timeout=60)

    broker.kill()
    never(lambda: not creator.is_running(), during=away)
    broker.restart()

    assert_all_is_well(world, sent)


def test_sigterm_ends_the_process_in_time_although_the_broker_is_gone(
    world: World, broker: Broker
) -> None:
    world.changes["SHUTDOWN_GRACE_SECONDS"] = "10"
    world.outside.netsuite.limit(latency={"p50": 0.2})
    world.send(invoices(100))
    creator = world.start()
    eventually(lambda: len(world.outside.netsuite.documents()) >= 20, timeout=60)

    broker.kill()
    try:
        assert creator.terminate(timeout=12) == 0
    finally:
        broker.restart()
