"""What does a burst of webhooks at full speed cost the whole connector, and does an invoice cost
more if there are more of them?

Four services, one process each, Metronome and NetSuite as slow and as limited as real ones. The
numbers behind it are the sizes of the bursts, smallest first: ``bench.burst 1000 10000 100000``.
"""

import sys

from bench.report import OURS, Goal, Measures, Report, publish
from bench.spent import Spent
from bench.whole import IN_FLIGHT, Whole, whole

SIZES = (1_000, 4_000)
WARM = 300
CPU, PEAK = "CPU ms per invoice, all services", "peak MiB of the largest process"
LOST, TWICE = "lost", "created twice"
CHANGES = {"CREATOR_CONCURRENCY": str(IN_FLIGHT)}


def main(sizes: tuple[int, ...]) -> None:
    smallest, largest = name_of(sizes[0]), name_of(sizes[-1])
    rounds: dict[str, list[dict[str, float]]] = {}
    with whole(CHANGES) as connector:
        burst(connector, WARM)
        # The smallest again at the end: what else the machine does is not the same all the time.
        for size in (*sizes, sizes[0]):
            name = OURS if size == sizes[-1] else name_of(size)
            rounds.setdefault(name, []).append(dict(burst(connector, size)))
    goals = (
        Goal(PEAK, at_most=200),
        Goal(LOST, at_most=0),
        Goal(TWICE, at_most=0),
        Goal(CPU, at_most=1.1, compared_to=smallest),
    )
    publish(Report(f"Burst of {largest} at full speed", rounds, goals), "burst")


def burst(connector: Whole, count: int) -> Measures:
    """Send webhooks, and wait until every document is there."""
    before = connector.spent()
    ids, served = connector.send(count)
    connector.wait_until_created(count)
    spent = {
        name: (after - before[name]) * 1000 / count for name, after in connector.spent().items()
    }
    books = connector.books(ids)
    return {
        "acknowledged per second": served.per_second,
        "acknowledgement, p50 ms": served.percentile(0.5),
        "acknowledgement, p99 ms": served.percentile(0.99),
        "seconds from finalized to created, p50": books.percentile(0.5),
        "seconds from finalized to created, p99": books.percentile(0.99),
        "seconds from finalized to created, most": books.percentile(1),
        CPU: sum(spent.values()),
        **{f"CPU ms per invoice, {name}": each for name, each in spent.items()},
        **peaks(connector),
        LOST: books.lost,
        TWICE: books.twice,
    }


def peaks(connector: Whole) -> Measures:
    """Return the most that each service ever held, and the most of all."""
    by_service = {
        f"peak MiB, {name}": max(Spent.by(each.pid).peak for each in replicas)
        for name, replicas in connector.services.items()
    }
    return {PEAK: max(by_service.values()), **by_service}


def name_of(size: int) -> str:
    """Return how a burst is named."""
    return f"{size:,} webhooks"


if __name__ == "__main__":
    main(tuple(int(each) for each in sys.argv[1:]) or SIZES)
