"""Does the formatter's memory stay flat, however large the backlog, its batches and the number of
its partitions?
"""

import re
import time
from pathlib import Path

from confluent_kafka import Producer

from bench.figures import spread
from bench.surroundings import Surroundings, surroundings
from tests.integration.formatter.world import metronome_invoice, raw_record
from tests.support.services import Service
from tests.support.waiting import eventually

BACKLOG = 500_000
PARTITIONS = 24
# Invoices; the records of the backlog go round them.
DISTINCT = 2_000
SECONDS = 60.0
# As a replay writes them: whole batches of the largest size, compressed. They are fetched whole,
# too.
BATCHES = {"compression.type": "gzip", "linger.ms": 200, "batch.size": 1_000_000}


def main() -> None:
    with surroundings(PARTITIONS) as world:
        fill(world)
        formatter = world.start("invoice-formatter", {})
        before = world.topics.committed("invoice-formatter", "raw-invoices")
        sizes = sampled(formatter.pid)
        done = world.topics.committed("invoice-formatter", "raw-invoices") - before
        lost = lost_heartbeats(formatter)
    third = len(sizes) // 3
    print(
        f"{BACKLOG:,} records waiting in {PARTITIONS} partitions, {done:,} done in {SECONDS:.0f} s"
    )
    print(
        f"resident MiB, first third: {spread(sizes[:third])}; last third: {spread(sizes[-third:])}"
    )
    print(f"heartbeats lost: {lost}")


def fill(world: Surroundings) -> None:
    """Put the backlog on the topic, the invoices into Metronome."""
    invoices = [metronome_invoice(f"invoice-{number}") for number in range(DISTINCT)]
    world.outside.metronome.seed_invoices(invoices)
    records = [raw_record(invoice["id"]) for invoice in invoices]
    settings = {
        "bootstrap.servers": world.broker.bootstrap_servers,
        "queue.buffering.max.messages": BACKLOG,
    }
    producer = Producer(settings | BATCHES)
    for number in range(BACKLOG):
        _key, value = records[number % DISTINCT]
        # Any partition: which one an invoice is in does not matter here.
        producer.produce(world.topics.name("raw-invoices"), key=str(number), value=value)
        if number % 1000 == 0:
            producer.poll(0)
    producer.flush(120)


def sampled(pid: int) -> list[float]:
    """Return the resident MiB, twice per second."""
    sizes: list[float] = []
    until = time.monotonic() + SECONDS

    def look() -> bool:
        sizes.append(
            int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024
        )
        return time.monotonic() >= until

    eventually(look, timeout=SECONDS + 10, every=0.5)
    return sizes


def lost_heartbeats(formatter: Service) -> int:
    """Count what the Kafka client logged of sessions that ended without its doing."""
    return formatter.output().count("session expired")


if __name__ == "__main__":
    main()
