"""What do restarts under load cost?

Three replicas of webhook, formatter and creator; webhooks at a steady rate.

``roll`` (the default) restarts one replica after the other, as Kubernetes does with the strategies
of ``k8s/base``. ``kill`` kills one formatter, then one creator, and starts each again at once, as a
kubelet does. The rate may follow: ``python -m bench.rolling_restart kill 20``.
"""

import itertools
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from bench.surroundings import Surroundings, surroundings
from invoice_simulators.metronome.webhooks import finalized_event, signed_request
from tests.chaos.sender import Sender
from tests.integration.formatter.world import metronome_invoice
from tests.support.services import Service
from tests.support.topics import Seen
from tests.support.waiting import never

REPLICAS = 3
PARTITIONS = 12
RATE = 50
# Before, between and after what is done.
CALM_SECONDS = 20.0
# A killed member is missed only after its session of ten seconds.
KILLED_SECONDS = 40.0
MAX_SECONDS = 600
LATENCY = 0.1
WEBHOOK, FORMATTER, CREATOR = "invoice-webhook", "invoice-formatter", "invoice-creator"


@dataclass
class Replicas:
    """The processes of each service. ``targets`` are the webhooks that get requests."""

    world: Surroundings
    services: dict[str, list[Service]]
    targets: list[Service]

    def deliver(self, event: Any) -> int:
        """Deliver an event to the next webhook; return the status of the answer."""
        self.targets.append(target := self.targets.pop(0))
        headers, body = signed_request(event, self.world.outside.webhook_secret, datetime.now(UTC))
        url = f"http://127.0.0.1:{target.webhook_port}/webhooks/metronome"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, body, headers), timeout=30
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def roll(self) -> None:
        """Restart every replica; the webhooks with one more than there should be, the others with
        one less.
        """
        for old in tuple(self.services[WEBHOOK]):
            self.targets.append(self.world.start(WEBHOOK, {}))
            self.targets.remove(old)
            old.terminate(timeout=60)
        for service in (*self.services[FORMATTER], *self.services[CREATOR]):
            service.terminate(timeout=60)
            service.start()
            service.wait_until_ready(120)

    def kill(self) -> None:
        """Kill one formatter, then one creator; each starts again at once."""
        for script in (FORMATTER, CREATOR):
            self.services[script][0].kill()
            self.services[script][0].start()
            wait(KILLED_SECONDS)


def main(kind: str = "roll", rate: str = str(RATE)) -> None:
    invoices = [metronome_invoice(f"invoice-{number}") for number in range(MAX_SECONDS * int(rate))]
    with surroundings(PARTITIONS) as world:
        world.outside.metronome.seed_invoices(invoices)
        world.outside.metronome.inject("latency", "get", seconds=LATENCY)
        world.outside.netsuite.inject("latency", "create", seconds=LATENCY)
        services = {
            script: [world.start(script, {}) for _ in range(REPLICAS)]
            for script in (WEBHOOK, FORMATTER, CREATOR)
        }
        replicas = Replicas(world, services, list(services[WEBHOOK]))
        events = [finalized_event(invoice) for invoice in invoices]
        with Sender(replicas.deliver, events, MAX_SECONDS) as sender:
            wait(CALM_SECONDS)
            replicas.roll() if kind == "roll" else replicas.kill()
            wait(CALM_SECONDS)
            refused = len(sender.refusals)
        wait(CALM_SECONDS)
        raw, formatted = world.topics.read("raw-invoices"), world.topics.read("formatted-invoices")
        settled = world.topics.events()
    tell(raw, formatted, settled, refused)


def tell(
    raw: Sequence[Seen], formatted: Sequence[Seen], settled: Sequence[Seen], refused: int
) -> None:
    """Print what it cost."""
    print(f"{len(raw):,} events taken, {refused} answered otherwise than 200 and sent again")
    print(f"done twice: by formatters {repeats(formatted)}, by creators {repeats(settled)}")
    print(
        f"longest rest of a partition: at formatters {rest(raw, formatted):.1f} s, at creators",
        end=" ",
    )
    print(f"{rest(formatted, settled):.1f} s")
    late = sorted(at - arrived for at, arrived in lateness(raw, settled))
    cuts = quantiles(late, n=100)
    print(
        f"from the webhook's answer to the ledger: p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, most"
        f" {late[-1]:.2f} s"
    )
    print(f"not settled yet: {len({each.key for each in raw} - {each.key for each in settled})}")


def repeats(records: Iterable[Seen]) -> int:
    """Count the records that are not the first of their invoice."""
    keys = [each.key for each in records]
    return len(keys) - len(set(keys))


def rest(taken: Sequence[Seen], made: Sequence[Seen]) -> float:
    """Return the longest time for which a partition made nothing although a record waited, in
    seconds.
    """
    partitions: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, arrived, partition in _pairs(taken, made):
        partitions[partition].append((at, arrived))
    return max(
        at - max(before, arrived)
        for pairs in partitions.values()
        for (before, _), (at, arrived) in itertools.pairwise(sorted(pairs))
    )


def lateness(taken: Sequence[Seen], made: Sequence[Seen]) -> Iterable[tuple[float, float]]:
    """Yield when each record was made, and when what it was made of had arrived."""
    return ((at, arrived) for at, arrived, _ in _pairs(taken, made))


def _pairs(taken: Sequence[Seen], made: Sequence[Seen]) -> Iterable[tuple[float, float, int]]:
    arrivals: dict[bytes | None, float] = {}
    for each in taken:
        arrivals.setdefault(each.key, each.timestamp / 1000)
    return (
        (each.timestamp / 1000, arrivals[each.key], each.partition)
        for each in made
        if each.key in arrivals
    )


def wait(seconds: float) -> None:
    """Let so much time pass."""
    never(lambda: False, seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
