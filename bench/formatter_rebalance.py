"""What does a rebalance make the formatters do twice, and for how long does nothing come out?

Two replicas work on a backlog; a third joins, works, and leaves.
"""

from collections.abc import Sequence
from itertools import pairwise

from bench.surroundings import Surroundings, surroundings
from tests.integration.formatter.world import formatted_by, metronome_invoice, raw_record
from tests.support.services import Service
from tests.support.waiting import eventually

RECORDS = 9_000
PARTITIONS = 12
# Every 50th answer comes late, so that windows are never empty.
UNEVEN = {"p50": 0.05, "slow_share": 0.02, "slow_seconds": 1.5}
SETTINGS = {"LOG_LEVEL": "INFO"}


def main() -> None:
    with surroundings(PARTITIONS) as world:
        invoices = [metronome_invoice(f"invoice-{number}") for number in range(RECORDS)]
        world.outside.metronome.seed_invoices(invoices)
        world.outside.metronome.limit(latency=UNEVEN)
        staying = [world.start("invoice-formatter", SETTINGS) for _ in range(2)]
        world.topics.produce("raw-invoices", [raw_record(invoice["id"]) for invoice in invoices])
        joining = join_and_leave(world, staying)
        eventually(
            lambda: world.topics.lag("invoice-formatter", "raw-invoices") == 0, timeout=600, every=1
        )
        times = sorted(each.timestamp / 1000 for each in world.topics.read("formatted-invoices"))
        everyone = [*staying, joining]
        print(f"{len(formatted_by(*everyone)):,} records, {len(times):,} formatted")
        print(f"done twice by one process: {sum(twice(each) for each in everyone)}")
        print(f"done twice in all: {twice(*everyone)}")
    longest = sorted(after - before for before, after in pairwise(times))[-3:]
    print(
        "longest times without a formatted invoice: " + ", ".join(f"{gap:.1f} s" for gap in longest)
    )


def join_and_leave(world: Surroundings, staying: Sequence[Service]) -> Service:
    """Start a third replica in the midst of it, let it do some, and stop it."""
    eventually(lambda: len(formatted_by(*staying)) > RECORDS / 6, timeout=300)
    joining = world.start("invoice-formatter", SETTINGS)
    eventually(lambda: len(formatted_by(joining)) > RECORDS / 10, timeout=300)
    joining.terminate(timeout=40)
    return joining


def twice(*services: Service) -> int:
    """Count what was done again."""
    return sum(times - 1 for times in formatted_by(*services).values())


if __name__ == "__main__":
    main()
