"""How many calls to Metronome does a reconciliation of 400 days make, and what do they cost?

Ledger only.

A number behind it is how many customers, a thousand unless given; each has an invoice of every
month.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.surroundings import Surroundings, surroundings
from invoice_shared.serde import to_bytes
from tests.builders import outcome
from tests.integration.formatter.world import metronome_invoice
from tests.unit.formatter.builders import line

CUSTOMERS = 1000
MONTHS = 13
LINES = 20
CENTS = 10_000
LATENCIES = (0.0, 0.1, 0.4)
SEEDED_AT_ONCE = 100
MIB = 1024


def main(customers: int) -> None:
    """Fill Metronome and the ledger alike, then walk."""
    with surroundings() as world:
        fill(world, customers)
        print(f"{customers:,} customers with {MONTHS} invoices of {LINES} lines each")
        for latency in LATENCIES:
            world.outside.metronome.clear_faults()
            if latency:
                world.outside.metronome.inject("latency", seconds=latency)
            print(
                f"Metronome answers after {latency * 1000:.0f} ms: {reconciled(world)}", flush=True
            )


def fill(world: Surroundings, customers: int) -> None:
    """Add the invoices of every customer, each created."""
    for first in range(0, customers, SEEDED_AT_ONCE):
        invoices = [
            each for number in range(first, first + SEEDED_AT_ONCE) for each in of_customer(number)
        ]
        owners = [
            {"id": f"c-{number}", "name": "A customer"}
            for number in range(first, first + SEEDED_AT_ONCE)
        ]
        world.outside.metronome.seed_customers(owners)
        world.outside.metronome.seed_invoices(invoices)
        world.topics.produce(
            "invoice-outcomes", [(each["id"], created(each["id"])) for each in invoices]
        )


def of_customer(number: int) -> Iterator[dict[str, Any]]:
    for month in range(MONTHS):
        issued = datetime.now(UTC) - timedelta(hours=1, days=30 * month)
        facts = {"customer_id": f"c-{number}", "issued_at": issued.isoformat()}
        lines = {
            "line_items": [line(CENTS // LINES) for _ in range(LINES)],
            "total": Decimal(CENTS),
        }
        yield metronome_invoice(f"i-{number}-{month}") | facts | lines


def created(invoice_id: str) -> bytes:
    return to_bytes(outcome(invoice_id=invoice_id))


def reconciled(world: Surroundings) -> str:
    """Run the command line without a limit of its own; return its calls, CPU, memory and time."""
    before = calls(world)
    settings = world.topics.settings | world.outside.settings
    environment = settings | {"INVOICES_STATE_DIR": str(world.directory), "PATH": os.defpath}
    command = [str(Path(sys.executable).with_name("invoices")), "reconcile", "--ledger-only"]
    began = time.monotonic()
    process = subprocess.Popen(
        [*command, "--since", "400d", "--rate", "1000000/s"], env=environment
    )
    _pid, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    assert status == 0, f"{command} ended with {status}"
    made = calls(world) - before
    spent = used.ru_utime + used.ru_stime
    return (
        f"{dict(made)} in {took:.1f} s, {spent:.1f} CPU s, peak resident"
        f" {used.ru_maxrss / MIB:.0f} MiB"
    )


def calls(world: Surroundings) -> Counter[str]:
    return Counter(each["operation"] for each in world.outside.metronome.requests())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)
