"""What does a document cost a creator, and how much of the provider's time does it use?

NetSuite with token-based authentication, documents of 20 lines, write-back and ledger on, settings
as deployed. NetSuite shows no total when it creates, so each document is read back: a second call.
The same creator without that step, and a prototype that never had it, are measured to compare.
The bare loop makes the same two signed calls and nothing else, so that what the simulated NetSuite
takes for them counts on both sides.
"""

import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from bench.figures import rate, seconds_of
from bench.peers.bare_calls import BareCalls
from bench.peers.install import ROOT
from bench.report import OURS, Competitor, Goal, Measures, Report, in_turns, publish
from bench.spent import cpu_seconds
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_providers.netsuite.payload import Options, build_body
from invoice_shared import serde
from invoice_shared.invoice import FormattedInvoice
from tests.builders import formatted_invoice, line_item
from tests.integration.creator.world import as_metronome_has_it
from tests.support.services import Service
from tests.support.waiting import eventually

LINES = 20
ROUNDS = 3
# In flight, what the provider takes for a call, documents per round, the share that is wanted.
SCENES = ((4, 0.05, 400, 0.95), (16, 0.2, 600, 0.97))
WITHOUT, PROTOTYPE, LOOP = "connector, without reading back", "prototype", "bare loop"
# Invoices that were finalized before the creator had its partitions are looked for first.
YOUNG = timedelta(minutes=2)
CURRENCIES = Options({"USD": "1"})
CPU, CALLS = "CPU ms per document", "calls per second at the provider"
WITHIN = {
    OURS: [],
    WITHOUT: [sys.executable, "-m", "bench.peers.creator_without_read_back"],
    PROTOTYPE: [sys.executable, "-m", "bench.peers.prototype_creator"],
}


def main() -> None:
    for scene in SCENES:
        with surroundings() as world:
            publish(at_work(world, *scene), f"creator-{scene[0]:02}")


def at_work(world: Surroundings, flight: int, seconds: float, count: int, share: float) -> Report:
    """Let each creator work alone, and the bare loop after each of its rounds."""
    for operation in ("create", "get"):
        world.outside.netsuite.inject("latency", operation, seconds=seconds)
    rounds: dict[str, list[dict[str, float]]] = {}
    for name in WITHIN:
        service = started(world, name, flight)
        pair: dict[str, Competitor] = {name: partial(created, world, service, count)}
        pair |= {LOOP: partial(bare_loop, world, flight, count)} if name == OURS else {}
        created(world, service, flight * 4)  # warm
        rounds |= in_turns(pair, ROUNDS)
        service.stop()
    question = f"Creator, {flight} in flight, {seconds * 1000:.0f} ms per call, {LINES} lines"
    goals = (Goal(CALLS, at_least=share, compared_to=LOOP), Goal(CPU, at_most=2.0))
    return Report(question, rounds, goals)


def started(world: Surroundings, name: str, flight: int) -> Service:
    """Start a creator and wait until it is ready, behind what the ones before it have read."""
    changes = AS_DEPLOYED | {"CREATOR_CONCURRENCY": str(flight), "PYTHONPATH": str(ROOT)}
    return world.start("invoice-creator", changes, within=WITHIN[name])


def created(world: Surroundings, service: Service, count: int) -> Measures:
    """Have so many documents created; measure from the first to the last commit."""
    invoices = [invoice() for _ in range(count)]
    world.outside.metronome.seed_invoices([as_metronome_has_it(each) for each in invoices])
    before, spent = len(calls(world)), cpu_seconds(service.pid)
    records = [(each.invoice_id, serde.to_bytes(each)) for each in invoices]
    world.topics.produce("formatted-invoices", records)

    def is_done() -> bool:
        return world.topics.lag("invoice-creator", "formatted-invoices") == 0

    eventually(is_done, timeout=180, every=1)
    cpu_ms = (cpu_seconds(service.pid) - spent) * 1000 / count
    return {CPU: cpu_ms, CALLS: rate(seconds_of(calls(world)[before:]))}


def calls(world: Surroundings) -> list[str]:
    """Return when each call arrived at the provider."""
    return [
        each["time"]
        for each in world.outside.netsuite.requests()
        if each["operation"] in ("create", "get")
    ]


def invoice() -> FormattedInvoice:
    """Build an invoice whose lines have quantities and prices, and which surely nobody sent
    before.
    """
    amount = Decimal("12.34")
    lines = tuple(
        line_item(
            name=f"Product {number}", quantity=Decimal(2), unit_price=Decimal("6.17"), amount=amount
        )
        for number in range(LINES)
    )
    return formatted_invoice(
        invoice_id=str(uuid.uuid4()),
        total=amount * LINES,
        line_items=lines,
        source="webhook",
        finalized_at=datetime.now(UTC) + YOUNG,
    )


def bare_loop(world: Surroundings, flight: int, count: int) -> Measures:
    """Measure the calls per second of as many threads that create, read and do nothing else."""
    done: list[float] = []
    bodies = iter([serde.encode(build_body(invoice(), CURRENCIES)) for _ in range(count)])

    def worker() -> None:
        calls = BareCalls(world.outside.settings, lambda: done.append(time.time()))
        for body in bodies:
            calls.document(body)
        calls.close()

    with ThreadPoolExecutor(flight) as pool:
        for each in [pool.submit(worker) for _ in range(flight)]:
            each.result()
    return {CALLS: rate(done)}


if __name__ == "__main__":
    main()
