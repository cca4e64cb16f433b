"""How much later are documents created if NetSuite refuses 1 % of all calls with a 503?

The whole connector at a steady rate, with and without refusals in turns. A number behind it is how
many webhooks per second, 20 unless given.
"""

import sys
from functools import partial

from bench.load import steadily
from bench.report import OURS, Goal, Measures, Report, in_turns, publish
from bench.whole import Whole, whole

PER_SECOND = 20
SECONDS = 30
CONNECTIONS = 4
ROUNDS = 3
SHARE = 0.01
# Without the slow answers of the other programs: a 503 must be what is late.
NETSUITE = {"latency": {"p50": 0.1}}
METRONOME = {"latency": {"p50": 0.05}}
CHANGES = {"CREATOR_CONCURRENCY": "16"}
NONE = "no refusals"
P50, P99 = "seconds from finalized to created, p50", "seconds from finalized to created, p99"
GOALS = (Goal(P50, at_most=1.2, compared_to=NONE),)


def main(per_second: int) -> None:
    with whole(CHANGES) as connector:
        connector.world.outside.netsuite.limit(**NETSUITE)
        connector.world.outside.metronome.limit(**METRONOME)
        steady(connector, per_second, share=SHARE)  # warm
        competitors = {
            OURS: partial(steady, connector, per_second, share=SHARE),
            NONE: partial(steady, connector, per_second, share=0.0),
        }
        rounds = in_turns(competitors, ROUNDS)
    question = f"{SHARE:.0%} of 503s at {per_second} invoices per second"
    publish(Report(question, rounds, GOALS), "refusals")


def steady(connector: Whole, per_second: int, *, share: float) -> Measures:
    """Send webhooks at a steady rate while this share of NetSuite's calls is refused."""
    netsuite, count = connector.world.outside.netsuite, per_second * SECONDS
    netsuite.inject("status", status=503, probability=share)
    ids, _served = connector.send(count, steadily(per_second), CONNECTIONS)
    connector.wait_until_created(count)
    netsuite.clear_faults()
    books = connector.books(ids)
    assert (books.lost, books.twice) == (0, 0), books
    return {P50: books.percentile(0.5), P99: books.percentile(0.99)}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PER_SECOND)
