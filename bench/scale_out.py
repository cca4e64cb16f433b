"""What do more replicas of formatter and creator bring, and does an invoice cost more with them?

The whole connector with 1, 2 and 3 replicas of each. Every replica has a few calls in flight, so
that the waiting for Metronome and NetSuite is what limits it, and not the cores of one machine.
"""

from bench.figures import rate, seconds_of
from bench.report import OURS, Goal, Measures, Report, publish
from bench.whole import CREATOR, FORMATTER, Whole, is_created, whole

REPLICAS = (1, 2, 3)
PER_REPLICA = 300
WARM = 20
IN_FLIGHT = "4"
CHANGES = {"FORMATTER_CONCURRENCY": IN_FLIGHT, "CREATOR_CONCURRENCY": IN_FLIGHT}
FORMATTED, CREATED = "formatted per second", "created per second"
COST = "CPU ms per invoice, {}"
GOALS = (
    Goal(FORMATTED, at_least=2.7, compared_to="1 replica"),
    Goal(CREATED, at_least=2.7, compared_to="1 replica"),
    Goal(COST.format(FORMATTER), at_most=1.1, compared_to="1 replica"),
    Goal(COST.format(CREATOR), at_most=1.1, compared_to="1 replica"),
)


def main() -> None:
    rounds: dict[str, list[dict[str, float]]] = {}
    for replicas in REPLICAS:
        with whole(CHANGES, replicas) as connector:
            at_work(connector, WARM * replicas)
            rounds[name_of(replicas)] = [dict(at_work(connector, PER_REPLICA * replicas))]
    question = f"Scale-out: {REPLICAS[-1]} replicas, {IN_FLIGHT} calls in flight in each"
    publish(Report(question, rounds, GOALS), "scale_out")


def name_of(replicas: int) -> str:
    """Return how a number of replicas is named."""
    names = {1: "1 replica", REPLICAS[-1]: OURS}
    return names.get(replicas, f"{replicas} replicas")


def at_work(connector: Whole, count: int) -> Measures:
    """Send webhooks at full speed; measure the rate and the cost of both services."""
    before = connector.spent()
    ids, _served = connector.send(count)
    connector.wait_until(FORMATTER, "raw-invoices", count)
    formatters = connector.spent()[FORMATTER] - before[FORMATTER]
    connector.wait_until_created(count)
    creators = connector.spent()[CREATOR] - before[CREATOR]
    return {
        **rates(connector, set(ids)),
        COST.format(FORMATTER): formatters * 1000 / count,
        COST.format(CREATOR): creators * 1000 / count,
    }


def rates(connector: Whole, ids: set[str]) -> Measures:
    """Return how many of these invoices were formatted and created per second."""
    formatted = [
        each.timestamp / 1000
        for each in connector.world.topics.read("formatted-invoices")
        if each.json["invoice_id"] in ids
    ]
    created = [
        each.json["document_created_at"]
        for each in connector.world.topics.events()
        if is_created(each) and each.json["invoice_id"] in ids
    ]
    return {FORMATTED: rate(formatted), CREATED: rate(seconds_of(created))}


if __name__ == "__main__":
    main()
