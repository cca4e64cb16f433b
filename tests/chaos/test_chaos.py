"""Every disturbance, at times drawn from a seed; then the set algebra, and two replays of
everything.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from invoice_simulators.parts.processes import pause
from invoice_simulators.scenario import Scenario, scenario
from tests.chaos.algebra import (
    assert_books_balance_exactly,
    assert_nothing_is_lost_or_wrong,
    assert_replayed_byte_for_byte,
    assert_unusable_events_were_filed,
    assert_what_people_did_stands,
    given_up,
    untouched,
)
from tests.chaos.people import People
from tests.chaos.plan import Step, draw_plan
from tests.chaos.sender import Sender
from tests.chaos.settings import ChaosSettings
from tests.chaos.world import World
from tests.support.broker import Broker
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.broker,
    pytest.mark.real_broker,
    pytest.mark.timeout(900),
]

INVOICES_PER_SECOND = 8
# With uniform latencies even an unsafe consumer looks safe.
UNEVEN = {"p50": 0.1, "slow_share": 0.02, "slow_seconds": 2}


def test_each_invoice_ends_exactly_once_whatever_happens(
    world: World, broker: Broker, chaos: ChaosSettings, tmp_path: Path
) -> None:
    plan = draw_plan(chaos.chaos_seed, chaos.chaos_seconds, world.destinations)
    print(f"CHAOS_SEED={chaos.chaos_seed} CHAOS_SECONDS={chaos.chaos_seconds:g}", *plan, sep="\n")  # noqa: T201 - shown where the run fails
    month = scenario(
        int(INVOICES_PER_SECOND * chaos.chaos_seconds),
        seed=chaos.chaos_seed,
        destinations=world.destinations,
    )
    prepare(world, month)
    people = world.begin_storm(month, chaos.chaos_seed)

    unusable = unusable_events(len(month.ends) // 8)
    with Sender(
        world.deliver, mixed(month.deliveries, unusable, chaos.chaos_seed), chaos.chaos_seconds
    ) as metronome:
        disturb(world, broker, plan)
        world.recover(broker)
        metronome.wait_until_all_are_accepted(timeout=120)

    wait_until_settled(world, month)
    people.catch_up()
    wait_until_settled(world, month)
    report(world, metronome, people, tmp_path)
    assert world.late() >= min(20, chaos.chaos_seconds / 2), (
        "too few creates came late to prove anything"
    )
    assert world.died == [], "ended by itself"
    spared = untouched(month, people.touched)
    assert_nothing_is_lost_or_wrong(world, spared)
    assert_what_people_did_stands(world, people)
    assert_unusable_events_were_filed(world.failures(), unusable)

    assert world.replay(tmp_path) >= len(month.ends)
    wait_until_settled(world, month)
    assert_books_balance_exactly(world, spared)
    assert_what_people_did_stands(world, people)
    documents = world.all_documents()

    assert world.replay(tmp_path) >= len(month.ends)
    wait_until_settled(world, month)
    assert world.all_documents() == documents, "a second replay changed something"
    assert_books_balance_exactly(world, spared)
    assert_replayed_byte_for_byte(world.topics.read("raw-invoices"), replays=2)


def prepare(world: World, month: Scenario) -> None:
    """Seed Metronome, slow everything down unevenly, and start one process of each service."""
    world.outside.metronome.seed_customers(month.customers)
    world.outside.metronome.seed_contracts(month.contracts)
    world.outside.metronome.seed_invoices(month.invoices)
    for system in ("metronome", *world.destinations):
        world.control(system).limit(latency=UNEVEN)
    world.start()


def unusable_events(count: int) -> list[Any]:
    """Return signed events that nobody can use: they keep the error-sink busy, and each is one
    failure.
    """
    return [
        {"id": f"unusable-{number}", "type": "invoice.finalized", "properties": {}}
        for number in range(count)
    ]


def mixed(events: Sequence[Any], others: Sequence[Any], seed: int) -> list[Any]:
    """Put the others anywhere among the events, which keep their order."""
    random = Random(seed)
    placed = [*enumerate(events), *((random.uniform(0, len(events)), other) for other in others)]
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def disturb(world: World, broker: Broker, plan: Sequence[Step]) -> None:
    """Take each step; one that lasts delays all later ones, so that no spell is cut short."""
    began = time.monotonic()
    at = 0.0
    for step in plan:
        pause(step.at - at)
        at = step.at
        print(f"after {time.monotonic() - began:7.2f} s: {step}")  # noqa: T201
        world.take(step, broker)


def report(world: World, metronome: Sender, people: People, directory: Path) -> None:
    """Print what the disturbances did, and keep every request, since a run without disturbances
    proves nothing.
    """
    counts = {
        "late commits": world.late(),
        "deletions": len(people.removed),
        "edits": len(people.edited),
        "changed bodies": len(people.changed),
    }
    print(counts)  # noqa: T201
    for system in ("metronome", *world.destinations):
        requests = world.control(system).requests()
        (directory / f"{system}.json").write_text(json.dumps(requests))
        print(system, dict(Counter(each["fault"] for each in requests)))  # noqa: T201
    print("answers of the webhook other than 200:", dict(Counter(metronome.refusals)))  # noqa: T201
    print("given up:", len(given_up(world.ledger())), "objects in S3:", len(world.bucket.keys()))  # noqa: T201


def wait_until_settled(world: World, month: Scenario) -> None:
    """Wait until every record is settled and committed, and every invoice is in the ledger."""
    eventually(world.is_nothing_late, timeout=60, every=1)
    try:
        eventually(world.is_settled, timeout=240, every=1)
    except AssertionError as late:
        raise AssertionError(world.what_waits()) from late
    lost = month.ends.keys() - world.ledger().keys()
    assert not lost, (
        f"{len(lost)} lost: all is committed, but these are not in the ledger: {sorted(lost)}"
    )
