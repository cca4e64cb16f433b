"""The real process under load: a very long invoice, one slow customer among many, a storm of
throttling.
"""

from decimal import Decimal

import pytest

from tests.integration.formatter.world import World, metronome_invoice
from tests.support.outside import ITEM_KEY
from tests.support.services import Service, StartService
from tests.support.waiting import eventually
from tests.unit.formatter.builders import line

pytestmark = pytest.mark.broker

IDS = [f"invoice-{number}" for number in range(300)]


@pytest.fixture
def service(world: World, start_service: StartService) -> Service:
    """Start a formatter with four calls at once."""
    started = start_service(
        "invoice-formatter",
        world.settings(RETRY_BACKOFF_MAX_SECONDS="1", FORMATTER_CONCURRENCY="4"),
    )
    started.wait_until_ready()
    return started


def test_an_invoice_of_5000_lines_with_fractions_of_cents_adds_up(
    world: World, service: Service
) -> None:
    share = Decimal("0.3333")
    lines = [line(str(share), product_custom_fields={ITEM_KEY: "501"}) for _ in range(5000)]
    world.seed([metronome_invoice("long", line_items=lines, total=share * 5000)])

    eventually(lambda: world.lag() == 0)

    (document,) = (record.json for record in world.topics.read("formatted-invoices"))
    assert len(document["line_items"]) == 5000
    assert sum(Decimal(item["amount"]) for item in document["line_items"]) == Decimal(
        document["total"]
    )
    assert document["total"] == "16.66"


def test_one_slow_customer_does_not_delay_the_others(world: World, service: Service) -> None:
    world.outside.metronome.inject("latency", "get", invoice_id="invoice-7x", seconds=20)
    world.seed(metronome_invoice(invoice_id) for invoice_id in ["invoice-7x", *IDS])

    eventually(lambda: len(world.ends()) >= len(IDS), timeout=60)

    # Only the slow one is still missing, and it alone holds back its partition's commit.
    assert world.ends() == dict.fromkeys(IDS, "formatted")
    eventually(lambda: world.lag() == 0)
    assert world.ends()["invoice-7x"] == "formatted"


@pytest.mark.parametrize("limit", ["client", "customer"])
def test_a_storm_of_429_files_nothing(world: World, service: Service, limit: str) -> None:
    headers = {"X-Metronome-Rate-Limit-Type": limit}
    world.outside.metronome.inject(
        "status", "get", status=429, headers=headers, probability=0.5, seed=1
    )
    world.seed(metronome_invoice(invoice_id) for invoice_id in IDS[:60])

    eventually(lambda: world.lag() == 0, timeout=120)

    assert world.ends() == dict.fromkeys(IDS[:60], "formatted")
    assert world.failures() == []
