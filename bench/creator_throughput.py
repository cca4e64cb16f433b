"""How many documents a second does one creator make, compared to bare threads and to the ideal?"""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import requests

from bench.figures import compare, rate, seconds_of
from bench.surroundings import Surroundings, surroundings
from invoice_shared import serde
from tests.builders import formatted_invoice, line_item
from tests.integration.creator.world import as_metronome_has_it
from tests.support.waiting import eventually

INVOICES = 600
CONCURRENCY = 4
LATENCY = 0.05
ROUNDS = 3


def main() -> None:
    with surroundings() as world:
        provider = world.outside.netsuite
        provider.inject("latency", "create", seconds=LATENCY)
        provider.inject("latency", "get", seconds=LATENCY)
        world.start("invoice-creator", {"CREATOR_CONCURRENCY": str(CONCURRENCY)})
        rounds = [(created(world), bare_threads(world)) for _ in range(ROUNDS)]
        ideal = CONCURRENCY / LATENCY
        print(compare(f"{CONCURRENCY} at once, {LATENCY * 1000:.0f} ms, ideal {ideal:.0f}/s", rounds, "/s"))


def created(world: Surroundings) -> float:
    """Give the documents a second, by the provider's own journal."""
    total = Decimal("12.5")
    lines = (line_item(quantity=None, unit_price=None, amount=total),)
    invoices = [formatted_invoice(invoice_id=str(uuid.uuid4()), total=total, line_items=lines) for _ in range(INVOICES)]
    world.outside.metronome.seed_invoices([as_metronome_has_it(invoice) for invoice in invoices])
    world.topics.produce("formatted-invoices", [(each.invoice_id, serde.to_bytes(each)) for each in invoices])
    eventually(lambda: world.topics.lag("invoice-creator", "formatted-invoices") == 0, timeout=120, every=1)
    return rate(seconds_of([each["time"] for each in world.outside.netsuite.requests("create")[-INVOICES:]]))


def bare_threads(world: Surroundings) -> float:
    """Give the GETs a second of as many threads that do nothing else; refused ones, since nothing is signed."""
    done: list[float] = []
    todo = iter(range(INVOICES))
    url = f"{world.outside.settings['NS_BASE_URL']}/services/rest/record/v1/invoice/eid:none"

    def worker() -> None:
        with requests.Session() as session:
            for _ in todo:
                session.get(url, timeout=30)
                done.append(time.time())

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for each in [pool.submit(worker) for _ in range(CONCURRENCY)]:
            each.result()
    return rate(done)


if __name__ == "__main__":
    main()
