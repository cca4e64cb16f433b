"""A system is down for long, or refuses us: nothing is filed, nobody is overrun, and everything
recovers by itself.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from invoice_simulators.client import ControlClient
from invoice_simulators.scenario import Scenario, scenario
from tests.chaos.algebra import assert_books_balance_exactly
from tests.chaos.plan import CREATOR, FORMATTER, SECOND
from tests.chaos.settings import ChaosSettings
from tests.chaos.world import World
from tests.support.broker import Broker
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.timeout(600)]

CREATOR_CONCURRENCY = 4
FORMATTER_CONCURRENCY = 4
# Per process, from ``CIRCUIT_PROBE_SECONDS``.
PROBES_PER_SECOND = 1
INVOICES = 60

OUTAGES: Mapping[str, Mapping[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "a gateway's 502": {"kind": "status", "status": 502},
    "throttled": {"kind": "status", "status": 429},
    "no answers": {"kind": "hang"},
}


def test_a_long_outage_of_a_provider_is_waited_out(
    world: World, broker: Broker, chaos: ChaosSettings
) -> None:
    month = begin(world, broker, CREATOR + SECOND)
    provider = world.control(world.destinations[0])

    for number, (name, outage) in enumerate(OUTAGES.items()):
        events = month.deliveries[number :: len(OUTAGES)]
        wait_out(world, provider, outage, events, seconds=seconds_of(chaos), name=name)
    wait_until_settled(world, month)

    assert_books_balance_exactly(world, month)
    assert_not_overrun(provider.requests(), 2 * CREATOR_CONCURRENCY)


def wait_out(
    world: World,
    provider: ControlClient,
    outage: Mapping[str, Any],
    events: Sequence[Any],
    *,
    seconds: float,
    name: str,
) -> None:
    """Play one outage, from its beginning to the end of everything that it delayed."""
    before = len(provider.requests())
    provider.inject(**outage)
    assert {world.deliver(event) for event in events} == {200}
    eventually(lambda: any(each["fault"] for each in provider.requests()[before:]), timeout=60)
    never(lambda: given_up(world), during=seconds)
    struck = [each for each in provider.requests()[before:] if each["fault"]]
    provider.clear_faults()
    eventually(world.is_settled, timeout=120, every=1)

    assert len(struck) <= 4 * CREATOR_CONCURRENCY + 2 * PROBES_PER_SECOND * (seconds + 10), (
        f"a herd before {name}"
    )


def test_a_long_outage_of_metronome_is_waited_out(
    world: World, broker: Broker, chaos: ChaosSettings
) -> None:
    month = begin(world, broker, FORMATTER + SECOND)
    metronome = world.control("metronome")
    metronome.inject("status", status=503)

    assert deliver_all(world, month) == {200}
    never(lambda: world.failures() or world.ledger(), during=seconds_of(chaos))
    metronome.clear_faults()
    wait_until_settled(world, month)

    assert_books_balance_exactly(world, month)
    assert_not_overrun(metronome.requests("get"), 2 * FORMATTER_CONCURRENCY)
    assert_not_overrun(metronome.requests("writeback"), CREATOR_CONCURRENCY)


def test_rotated_secrets_are_used_without_a_restart(world: World, tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    token = tmp_path / "token-secret"
    world.changes = {
        **world.changes,
        "METRONOME_API_KEY": "",
        "METRONOME_API_KEY_FILE": str(key),
        "NS_TOKEN_SECRET": "",
        "NS_TOKEN_SECRET_FILE": str(token),
    }
    settings = world.outside.settings
    key.write_text(settings["METRONOME_API_KEY"])
    token.write_text(settings["NS_TOKEN_SECRET"])
    month = seeded(world)
    world.start()
    halves = month.deliveries[: INVOICES // 2], month.deliveries[INVOICES // 2 :]
    assert {world.deliver(event) for event in halves[0]} == {200}
    eventually(world.is_settled, timeout=120, every=1)
    filed = len(world.failures())

    world.control("metronome").configure(api_key="the next key")
    world.control("netsuite").configure(token_secret="the-next-secret")
    assert {world.deliver(event) for event in halves[1]} == {200}
    eventually(
        lambda: "metronome credentials" in world.services[FORMATTER].ask("/readyz")[1], timeout=60
    )
    never(lambda: len(world.failures()) > filed, during=5)
    key.write_text("the next key\n")
    eventually(
        lambda: "netsuite credentials" in world.services[CREATOR].ask("/readyz")[1], timeout=90
    )
    never(lambda: given_up(world), during=5)
    token.write_text("the-next-secret\n")
    wait_until_settled(world, month)

    assert_books_balance_exactly(world, month)
    assert [name for name, service in world.services.items() if not service.is_ready()] == []
    assert {"the next key", "the-next-secret"} & set(world.logs().split('"')) == set()


def seconds_of(chaos: ChaosSettings) -> float:
    """Return the length of an outage: longer than any patience that counts tries."""
    return min(30.0, max(8.0, chaos.chaos_seconds / 8))


def seeded(world: World) -> Scenario:
    month = scenario(INVOICES, seed=5, destinations=world.destinations[:1])
    world.outside.metronome.seed_customers(month.customers)
    world.outside.metronome.seed_contracts(month.contracts)
    world.outside.metronome.seed_invoices(month.invoices)
    return month


def begin(world: World, broker: Broker, second: str) -> Scenario:
    """Start one process of each service, and a second one of the service that will wait."""
    month = seeded(world)
    world.start()
    world.bring_up(second, broker)
    world.services[second].wait_until_ready()
    return month


def deliver_all(world: World, month: Scenario) -> set[int]:
    return {world.deliver(event) for event in month.deliveries}


def given_up(world: World) -> list[Any]:
    """Return the failures that should not exist: those of invoices that are to be created."""
    return [
        each
        for each in world.failures()
        if each["stage"] == "creator" and each["code"] != "provider-rejected"
    ]


def wait_until_settled(world: World, month: Scenario) -> None:
    eventually(lambda: world.ledger().keys() == month.ends.keys(), timeout=180, every=1)
    eventually(world.is_settled, timeout=60, every=1)


def assert_not_overrun(requests: list[dict[str, Any]], most: int) -> None:
    """Assert that the requests in flight were bounded at all times, even when the system came
    back.
    """
    assert max(each["concurrency"] for each in requests) <= most
