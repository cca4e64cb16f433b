"""Does the formatter's memory stay flat while a large backlog waits for it?"""

import re
import time
from pathlib import Path

from bench.figures import spread
from bench.surroundings import surroundings
from tests.integration.formatter.world import metronome_invoice, raw_record
from tests.support.waiting import eventually

BACKLOG = 200_000
DISTINCT = 2_000
"""Invoices; the records of the backlog go round them."""
SECONDS = 180.0


def main() -> None:
    invoices = [metronome_invoice(f"invoice-{number}") for number in range(DISTINCT)]
    records = [raw_record(invoice["id"]) for invoice in invoices]
    with surroundings() as world:
        world.outside.metronome.seed_invoices(invoices)
        for _ in range(BACKLOG // DISTINCT):
            world.topics.produce("raw-invoices", records)
        formatter = world.start("invoice-formatter", {})
        eventually(lambda: world.topics.lag("invoice-formatter", "raw-invoices") < BACKLOG, timeout=60)
        sizes = sampled(formatter.pid)
        left = world.topics.lag("invoice-formatter", "raw-invoices")
    third = len(sizes) // 3
    print(f"{BACKLOG} records waiting, {BACKLOG - left} done in {SECONDS:.0f} s and the start")
    print(f"resident MiB, first third: {spread(sizes[:third])}; last third: {spread(sizes[-third:])}")


def sampled(pid: int) -> list[float]:
    """Give the resident MiB, twice a second."""
    sizes: list[float] = []
    until = time.monotonic() + SECONDS

    def look() -> bool:
        sizes.append(int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024)
        return time.monotonic() >= until

    eventually(look, timeout=SECONDS + 10, every=0.5)
    return sizes


if __name__ == "__main__":
    main()
