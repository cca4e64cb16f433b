"""How many invoices a second does the formatter do, compared to a bare HTTP loop against the same Metronome?"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.figures import compare, rate
from bench.surroundings import Surroundings, surroundings
from tests.integration.formatter.world import metronome_invoice, raw_record
from tests.support.waiting import eventually

INVOICES = 800
CONCURRENCY = 16
LATENCIES = (0.05, 0.1, 0.2)
ROUNDS = 3


def main() -> None:
    invoices = [metronome_invoice(f"invoice-{number}") for number in range(INVOICES)]
    with surroundings() as world:
        world.outside.metronome.seed_invoices(invoices)
        world.start("invoice-formatter", {"FORMATTER_CONCURRENCY": str(CONCURRENCY)})
        for latency in LATENCIES:
            world.outside.metronome.clear_faults()
            world.outside.metronome.inject("latency", "get", seconds=latency)
            rounds = [
                (rate(formatted(world, invoices)), rate(asyncio.run(bare_loop(world, invoices)))) for _ in range(ROUNDS)
            ]
            print(
                compare(f"{latency * 1000:.0f} ms, ideal {CONCURRENCY / latency:.0f}/s", rounds, "/s"),
                flush=True,
            )


async def bare_loop(world: Surroundings, invoices: Sequence[Any]) -> list[float]:
    """GET every invoice and do nothing with it; give when each answer was there."""
    settings, todo, done = world.outside.settings, iter(invoices), []
    headers = {"Authorization": f"Bearer {settings['METRONOME_API_KEY']}"}

    async def worker(session: aiohttp.ClientSession) -> None:
        for invoice in todo:
            url = f"{settings['METRONOME_BASE_URL']}/v1/customers/{invoice['customer_id']}/invoices/{invoice['id']}"
            async with session.get(url, headers=headers) as answer:
                await answer.read()
            done.append(time.time())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(worker(session) for _ in range(CONCURRENCY)))
    return done


def formatted(world: Surroundings, invoices: Sequence[Any]) -> list[float]:
    """Put the invoices on the formatter's topic; give when each lay on the next one, by the records' own time."""
    before = {(each.partition, each.offset) for each in world.topics.read("formatted-invoices")}
    world.topics.produce("raw-invoices", [raw_record(invoice["id"]) for invoice in invoices])
    eventually(lambda: world.topics.lag("invoice-formatter", "raw-invoices") == 0, timeout=120, every=1)
    records = world.topics.read("formatted-invoices")
    return [each.timestamp / 1000 for each in records if (each.partition, each.offset) not in before]


if __name__ == "__main__":
    main()
