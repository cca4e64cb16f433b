"""Nothing is lost, whatever dies. Latencies are uneven: with uniform ones even unsafe consumers
look safe.
"""

from typing import Any

import pytest

from tests.integration.formatter.world import World, metronome_invoice
from tests.support.broker import Broker
from tests.support.services import StartService
from tests.support.waiting import eventually, never

FORMATTER = "invoice-formatter"
COUNT = 3000
UNEVEN = {"p50": 0.01, "slow_share": 0.02, "slow_seconds": 2.5}


def expected_end(number: int) -> str:
    return {0: "skipped", 1: "failed"}.get(number % 25, "formatted")


def mixed_invoice(number: int) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {
        "skipped": {"status": "VOID"},
        "failed": {"customer_custom_fields": {}},
        "formatted": {},
    }
    return metronome_invoice(f"invoice-{number}", **changes[expected_end(number)])


def wait_for_formatted(world: World, count: int) -> None:
    eventually(lambda: len(world.topics.read("formatted-invoices")) >= count, timeout=120)


EXPECTED = {f"invoice-{number}": expected_end(number) for number in range(COUNT)}


@pytest.mark.broker
@pytest.mark.real_broker
def test_every_record_of_a_backlog_reaches_its_end_despite_sigkills(
    world: World, start_service: StartService
) -> None:
    world.outside.metronome.limit(latency=UNEVEN)
    world.seed(mixed_invoice(number) for number in range(COUNT))
    service = start_service(FORMATTER, world.settings())

    for reached in (300, 800, 1300, 1900):
        wait_for_formatted(world, reached)
        service.kill()
        service.start()

    eventually(lambda: world.lag() == 0, timeout=120)
    assert world.ends() == EXPECTED
    assert {record.json["code"] for record in world.failures()} == {"customer-not-mapped"}


@pytest.mark.broker
@pytest.mark.real_broker
def test_every_record_reaches_its_end_while_partitions_move_between_processes(
    world: World, start_service: StartService
) -> None:
    world.outside.metronome.limit(latency=UNEVEN)
    world.seed(mixed_invoice(number) for number in range(COUNT))
    first = start_service(FORMATTER, world.settings())
    wait_for_formatted(world, 200)

    second = start_service(FORMATTER, world.settings())
    wait_for_formatted(world, 1000)
    first.kill()
    wait_for_formatted(world, 1600)
    first.start()
    second.wait_until_ready()
    assert second.terminate(timeout=25) == 0

    eventually(lambda: world.lag() == 0, timeout=120)
    assert world.ends() == EXPECTED


@pytest.mark.broker
@pytest.mark.real_broker
def test_an_outage_of_the_broker_is_waited_out(
    world: World, broker: Broker, start_service: StartService
) -> None:
    world.outside.metronome.limit(latency=UNEVEN)
    world.seed(mixed_invoice(number) for number in range(COUNT))
    service = start_service(FORMATTER, world.settings())
    wait_for_formatted(world, 300)

    broker.kill()
    eventually(lambda: not service.is_ready(), timeout=60)
    never(lambda: not service.is_running(), during=20)
    broker.restart()

    eventually(lambda: world.lag() == 0, timeout=200)
    assert world.ends() == EXPECTED
    assert service.is_running()
