"""From one creator of all destinations to limited ones, and back: never side by side, and nothing
is read again.
"""

from collections import Counter

import pytest

from tests.integration.creator.world import World, ids, invoices
from tests.support.services import Service
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.real_broker]

ALL = "invoice-creator"
# Not the group of the first test: a killed member stays in it for a while.
SOME = "invoice-creator-netsuite-razorpay"
OTHERS = "invoice-creator-quickbooks_online"


def start(world: World, destinations: str) -> Service:
    """Start a creator in the group of its destinations."""
    world.changes |= {"KAFKA_CONSUMER_GROUP": "", "CREATOR_DESTINATIONS": destinations}
    return world.start_unready()


def settled(world: World) -> Counter[str]:
    """Count how often the end of each invoice was entered."""
    return Counter(record.json["invoice_id"] for record in world.topics.events())


def test_a_limited_creator_waits_for_the_one_of_all_destinations_and_continues_after_it(
    world: World,
) -> None:
    first = invoices(5)
    second = invoices(3)
    world.send(first)
    of_all = start(world, "")
    eventually(lambda: settled(world) == dict.fromkeys(ids(first), 1), timeout=60)

    limited = start(world, '["netsuite"]')
    eventually(lambda: f"{ALL} processes netsuite" in limited.ask("/readyz")[1], timeout=60)
    assert limited.ask("/livez")[0] == 200
    of_all.stop()
    limited.wait_until_ready()
    world.send(second)
    eventually(lambda: len(settled(world)) == 8, timeout=60)

    assert settled(world) == dict.fromkeys(ids([*first, *second]), 1)
    assert world.documents().keys() == ids([*first, *second])
    assert world.failures() == []


def test_one_of_all_destinations_starts_at_the_lowest_offset_of_the_limited_ones(
    world: World,
) -> None:
    sent = invoices(6)
    world.send(sent)
    ends = Counter(record.partition for record in world.topics.read("formatted-invoices"))
    behind = max(ends)
    world.topics.commit_as(SOME, "formatted-invoices", ends)
    world.topics.commit_as(OTHERS, "formatted-invoices", dict(ends) | {behind: ends[behind] - 1})

    start(world, "").wait_until_ready()
    eventually(lambda: len(settled(world)) == 1, timeout=60)
    last = invoices(1)
    world.send(last)
    eventually(lambda: len(settled(world)) == 2, timeout=60)

    assert len(world.documents()) == 2
    assert world.documents().keys() > ids(last)
