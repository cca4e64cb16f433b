"""The whole connector between a Metronome and a NetSuite that are as slow and as limited as real
ones: what is sent in, and what became of it.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench.creator import YOUNG
from bench.load import AT_ONCE, Served, load, request
from bench.spent import cpu_seconds
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_simulators.metronome.webhooks import finalized_event, signed_request
from invoice_simulators.parts.processes import ProcessGroup
from invoice_simulators.parts.s3 import ENVIRONMENT, start_s3
from tests.integration.formatter.world import metronome_invoice
from tests.support.outside import ITEM_KEY
from tests.support.services import Service
from tests.support.topics import Seen
from tests.support.waiting import eventually
from tests.unit.formatter.builders import line

WEBHOOK, FORMATTER, CREATOR = "invoice-webhook", "invoice-formatter", "invoice-creator"
SINK = "invoice-error-sink"
PARTITIONS = 12
LINES = 5
CONNECTIONS = 64
BUCKET = "errors"
# NetSuite publishes no times. An account of its largest tier takes 55 calls at once.
METRONOME = {"latency": {"p50": 0.1, "slow_share": 0.01, "slow_seconds": 1.5}}
NETSUITE = {"concurrency": 55, "latency": {"p50": 0.3, "slow_share": 0.01, "slow_seconds": 3.0}}
IN_FLIGHT = 48
# So many invoices per call of the simulators' control.
SEEDED_AT_ONCE = 5_000
# The slowest that a run may be, before it counts as stuck.
MIN_PER_SECOND = 5


@dataclass(frozen=True, slots=True)
class Books:
    """What became of some invoices. ``lateness``: seconds from finalized to created, of each."""

    lost: int
    twice: int
    lateness: Sequence[float]

    def percentile(self, share: float) -> float:
        """Return the seconds within which this share was created."""
        return sorted(self.lateness)[int(share * (len(self.lateness) - 1))]


@dataclass(slots=True)
class Whole:
    """The running connector: the processes of each service, and how many invoices were sent."""

    world: Surroundings
    services: Mapping[str, Sequence[Service]]
    sent: int = 0

    def send(
        self, count: int, due: Iterator[float] = AT_ONCE, connections: int = CONNECTIONS
    ) -> tuple[list[str], Served]:
        """Finalize some invoices; return their ids, and how they were acknowledged."""
        ids = [str(uuid.uuid4()) for _ in range(count)]
        for start in range(0, count, SEEDED_AT_ONCE):
            invoices = [invoice(each) for each in ids[start : start + SEEDED_AT_ONCE]]
            self.world.outside.metronome.seed_invoices(invoices)
        port = self.services[WEBHOOK][0].webhook_port
        url = f"http://127.0.0.1:{port}/webhooks/metronome"
        wires = (self._wire(url, each) for each in ids)
        served = asyncio.run(load(url, wires, connections, due))
        self.sent += count
        return ids, served

    def _wire(self, url: str, invoice_id: str) -> bytes:
        """Return the webhook of an invoice that is finalized as it is sent."""
        now = datetime.now(UTC)
        facts = invoice(invoice_id) | {"issued_at": (now + YOUNG).isoformat()}
        headers, body = signed_request(
            finalized_event(facts), self.world.outside.webhook_secret, now
        )
        return request(url, headers, body)

    def wait_until(self, service: str, topic: str, count: int) -> None:
        """Wait until a service has done all that was sent, of which ``count`` came last."""
        eventually(
            lambda: self.world.topics.committed(service, topic) >= self.sent,
            timeout=60 + count / MIN_PER_SECOND,
            every=1,
        )

    def wait_until_created(self, count: int) -> None:
        """Wait until all that was sent is settled, of which ``count`` came last."""
        self.wait_until(FORMATTER, "raw-invoices", count)
        self.wait_until(CREATOR, "formatted-invoices", count)

    def spent(self) -> dict[str, float]:
        """Return the CPU seconds of each service until now."""
        return {
            name: sum(cpu_seconds(each.pid) for each in replicas)
            for name, replicas in self.services.items()
        }

    def books(self, ids: Sequence[str]) -> Books:
        """Compare what was sent with NetSuite's documents and with the ledger."""
        documents = Counter(each["external_id"] for each in self.world.outside.netsuite.documents())
        created = [each.json for each in self.world.topics.events() if is_created(each)]
        entries = Counter(each["invoice_id"] for each in created)
        mine = set(ids)
        return Books(
            lost=sum(not (documents[each] and entries[each]) for each in ids),
            twice=sum(max(documents[each], entries[each], 1) - 1 for each in ids),
            lateness=[lateness(each) for each in created if each["invoice_id"] in mine],
        )


@contextmanager
def whole(changes: Mapping[str, str], replicas: int = 1) -> Iterator[Whole]:
    """Start everything; formatter and creator with several replicas."""
    with surroundings(PARTITIONS) as world, ProcessGroup(world.directory) as group:
        world.outside.metronome.limit(**METRONOME)
        world.outside.netsuite.limit(**NETSUITE)
        archive = {
            "AWS_ENDPOINT_URL_S3": start_s3(group, (BUCKET,)),
            "LOG_ERRORS_BUCKET_NAME_S3": BUCKET,
        }
        settings = AS_DEPLOYED | ENVIRONMENT | archive | dict(changes)
        counts = {WEBHOOK: 1, FORMATTER: replicas, CREATOR: replicas, SINK: 1}
        yield Whole(
            world,
            {
                name: [world.start(name, settings) for _ in range(count)]
                for name, count in counts.items()
            },
        )


def invoice(invoice_id: str) -> dict[str, Any]:
    """Build an invoice of some lines, each with its own product."""
    lines = [
        line(1000, name=f"Product {number}", product_custom_fields={ITEM_KEY: str(500 + number)})
        for number in range(LINES)
    ]
    return metronome_invoice(invoice_id, line_items=lines, total=1000 * LINES)


def is_created(event: Seen) -> bool:
    """Whether an event of the ledger is about a document."""
    return bool(event.json["outcome"] == "created")


def lateness(event: Mapping[str, str]) -> float:
    """Return the seconds from the webhook to the document."""
    finalized, created = (
        datetime.fromisoformat(event[name]) for name in ("finalized_at", "document_created_at")
    )
    return (created - finalized + YOUNG).total_seconds()
