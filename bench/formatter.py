"""What does the formatter cost per invoice of 20 lines, and how much of a bare HTTP loop's rate
does it reach?

CPU milliseconds of each process, in turns, with topics of its own; Metronome answers at once. Then
16 requests in flight while Metronome takes 50 ms, beside a loop that only makes the requests.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.figures import rate
from bench.report import OURS, Competitor, Goal, Measures, Report, in_turns, publish
from bench.spent import cpu_seconds
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_shared.metronome import paths
from tests.integration.formatter.world import metronome_invoice, raw_record
from tests.support.outside import ITEM_KEY
from tests.support.processes import Process
from tests.support.topics import Topics
from tests.support.waiting import eventually
from tests.unit.formatter.builders import line

INVOICES = 1200
LINES = 20
ROUNDS = 3
CONCURRENCY = 16
LATENCY = 0.05
CPU = "CPU ms per invoice of 20 lines"
RATE = (
    f"invoices per second, {CONCURRENCY} in flight, Metronome answers after {LATENCY * 1000:.0f} ms"
)
BARE = "bare HTTP loop"
GOALS = (Goal(CPU, at_most=0.9), Goal(RATE, at_least=0.97, compared_to=BARE))
PEERS = {"prototype": "prototype_formatter", "faust with lanes": "faust_formatter"}


def main() -> None:
    invoices = [invoice(number) for number in range(INVOICES)]
    with surroundings() as world:
        world.outside.metronome.seed_invoices(invoices)
        ours = world.start(
            "invoice-formatter", AS_DEPLOYED | {"FORMATTER_CONCURRENCY": str(CONCURRENCY)}
        )
        turn = Turn(world.topics, ours.pid, invoices)
        peers = {name: started(world, name, module) for name, module in PEERS.items()}
        try:
            costs = {OURS: turn.cost} | {
                name: Turn(topics, process.pid, invoices).cost
                for name, (process, topics) in peers.items()
            }
            rounds = played(costs)
        finally:
            for process, _topics in peers.values():
                process.stop()
        world.outside.metronome.inject("latency", "get", seconds=LATENCY)
        rates = played({OURS: turn.rate, BARE: lambda: bare_rate(world, invoices)})
    together = {name: rounds.get(name, []) + rates.get(name, []) for name in rounds | rates}
    publish(Report("Formatter", together, GOALS), "formatter")


def played(competitors: dict[str, Competitor]) -> dict[str, list[dict[str, float]]]:
    """Let everybody play once to warm up, then for the record."""
    for play in competitors.values():
        play()
    return in_turns(competitors, ROUNDS)


class Turn:
    """One process that formats, and its topics."""

    def __init__(self, topics: Topics, pid: int, invoices: Sequence[dict[str, Any]]) -> None:
        self._topics, self._pid, self._invoices = topics, pid, invoices

    def cost(self) -> Measures:
        """Let it do all invoices; return what one cost."""
        spent = cpu_seconds(self._pid)
        self._do()
        return {CPU: (cpu_seconds(self._pid) - spent) * 1000 / len(self._invoices)}

    def rate(self) -> Measures:
        """Let it do all invoices; return its rate by the records' own times."""
        before = {(each.partition, each.offset) for each in self._topics.read("formatted-invoices")}
        self._do()
        records = self._topics.read("formatted-invoices")
        times = [
            each.timestamp / 1000 for each in records if (each.partition, each.offset) not in before
        ]
        return {RATE: rate(times)}

    def _do(self) -> None:
        self._topics.produce("raw-invoices", [raw_record(each["id"]) for each in self._invoices])
        eventually(
            lambda: self._topics.lag("invoice-formatter", "raw-invoices") == 0,
            timeout=120,
            every=0.5,
        )


def bare_rate(world: Surroundings, invoices: Sequence[dict[str, Any]]) -> Measures:
    """GET every invoice and do nothing with it."""
    return {RATE: rate(asyncio.run(bare_loop(world, invoices)))}


async def bare_loop(world: Surroundings, invoices: Sequence[dict[str, Any]]) -> list[float]:
    """Return when each answer was there."""
    settings, todo, done = world.outside.settings, iter(invoices), []
    headers = {"Authorization": f"Bearer {settings['METRONOME_API_KEY']}"}

    async def worker(session: aiohttp.ClientSession) -> None:
        for invoice in todo:
            path = paths.invoice(invoice["customer_id"], invoice["id"])
            url = f"{settings['METRONOME_BASE_URL']}{path}"
            async with session.get(url, headers=headers) as answer:
                await answer.read()
            done.append(time.time())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(worker(session) for _ in range(CONCURRENCY)))
    return done


def started(world: Surroundings, name: str, module: str) -> tuple[Process, Topics]:
    """Start a peer on topics of its own."""
    topics = Topics(world.broker.bootstrap_servers)
    topics.create()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ".",
        **topics.settings,
        **world.outside.settings,
        "KAFKA_CONSUMER_GROUP": topics.group("invoice-formatter"),
    }
    command = [sys.executable, "-m", f"bench.peers.{module}"]
    return (
        Process(
            name.replace(" ", "-"), command, env=environment, directory=world.directory
        ).start(),
        topics,
    )


def invoice(number: int) -> dict[str, Any]:
    """Return an invoice of 20 lines, each with its own product."""
    lines = [
        line(
            str(1000 + index),
            name=f"Product {index}",
            product_custom_fields={ITEM_KEY: str(500 + index)},
        )
        for index in range(LINES)
    ]
    total = sum(1000 + index for index in range(LINES))
    return metronome_invoice(f"invoice-{number}", line_items=lines, total=total)


if __name__ == "__main__":
    main()
