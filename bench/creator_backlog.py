"""What does a creator with a backlog cost per document, compared to one whose topic is nearly
empty?

CPU seconds of the process, bytes that it received from the broker, and the longest time that a
partition with waiting records went without one.
"""

import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from confluent_kafka import Consumer, TopicPartition

from bench.spent import cpu_seconds
from bench.surroundings import Surroundings, surroundings
from invoice_shared import serde
from tests.builders import formatted_invoice, line_item
from tests.support.waiting import eventually

WAITING = 100_000
PARTITIONS = 12
# Until the queues are full and every partition was served once.
WARM_UP = 15.0
SECONDS = 30.0
# Quick, so that more is read in the time than the queues hold.
LATENCY = 0.005
# Keeps a topic nearly empty: so many are put in, and so many more when these are done.
TRICKLE = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """Per document: CPU milliseconds and bytes received.

    ``gap``: the longest wait of a partition, in seconds.
    """

    documents: int
    cpu_ms: float
    received: float
    gap: float


def main() -> None:
    empty, backlog = (
        measured(waiting=TRICKLE, is_refilled=True),
        measured(waiting=WAITING, is_refilled=False),
    )
    size = len(value_of(str(uuid.uuid4())))
    for name, each in (("nearly empty", empty), (f"{WAITING:,} waiting", backlog)):
        print(
            f"{name}: {each.documents:,} documents, {each.cpu_ms:.1f} CPU ms and"
            f" {each.received:,.0f} bytes received per document; longest wait of a partition"
            f" {each.gap:.1f} s"
        )
    print(
        f"ratio: {backlog.cpu_ms / empty.cpu_ms:.2f} of the CPU; {backlog.received / size:.1f}"
        " times the record"
    )


def measured(*, waiting: int, is_refilled: bool) -> Measured:
    """Let a creator work for ``SECONDS`` on this many records, which are put in again when they are
    done.
    """
    with surroundings(PARTITIONS) as world, committed_offsets(world) as committed:
        world.outside.netsuite.inject("latency", "create", seconds=LATENCY)
        world.outside.netsuite.inject("latency", "get", seconds=LATENCY)
        fill(world, waiting)
        creator = world.start("invoice-creator", {"METRONOME_STATUS_WRITEBACK": "false"})
        watch = Watch(world, committed, waiting if is_refilled else None)
        watch.during(WARM_UP)
        pid, done, watch.gap = creator.pid, sum(watch.done), 0.0
        spent, received = cpu_seconds(pid), bytes_received(pid)
        watch.during(SECONDS)
        documents = sum(watch.done) - done
        cpu_ms = (cpu_seconds(pid) - spent) * 1000 / documents
        return Measured(documents, cpu_ms, (bytes_received(pid) - received) / documents, watch.gap)


@dataclass(slots=True)
class Watch:
    """Looks five times per second what is committed. ``filled``: refill when so many are done."""

    world: Surroundings
    committed: "Committed"
    filled: int | None
    done: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    served: list[float] = field(default_factory=lambda: [time.monotonic()] * PARTITIONS)
    gap: float = 0.0

    def during(self, seconds: float) -> None:
        """Look for so long."""
        until = time.monotonic() + seconds
        eventually(lambda: self.look() >= until, timeout=seconds + 10, every=0.2)

    def look(self) -> float:
        """Look once; return when that was."""
        now, news = time.monotonic(), self.committed()
        moved = [after > before for before, after in zip(self.done, news, strict=True)]
        self.served = [
            now if is_moved else before for is_moved, before in zip(moved, self.served, strict=True)
        ]
        self.gap, self.done = max(self.gap, now - min(self.served)), news
        if self.filled is not None and sum(self.done) >= self.filled:
            fill(self.world, TRICKLE)
            self.filled += TRICKLE
        return now


def fill(world: Surroundings, count: int) -> None:
    """Put this many records on the topic, spread over all partitions."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    world.topics.produce("formatted-invoices", [(each, value_of(each)) for each in ids])


def value_of(invoice_id: str) -> bytes:
    """Return a record of eight lines."""
    return VALUE.replace(ID.encode(), invoice_id.encode())


ID = str(uuid.UUID(int=0))
VALUE = serde.to_bytes(
    formatted_invoice(
        invoice_id=ID,
        total=Decimal(100),
        line_items=tuple(
            line_item(
                name=f"Hours, region {number}",
                quantity=None,
                unit_price=None,
                amount=Decimal("12.5"),
            )
            for number in range(8)
        ),
    )
)


@contextmanager
def committed_offsets(world: Surroundings) -> Iterator["Committed"]:
    """Yield what the creator's group has committed, partition by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": world.broker.bootstrap_servers,
            "group.id": world.topics.group("invoice-creator"),
        }
    )
    yield Committed(consumer, world.topics.name("formatted-invoices"))
    consumer.close()


@dataclass(frozen=True, slots=True)
class Committed:
    """Called: the committed offsets now."""

    consumer: Consumer
    topic: str

    def __call__(self) -> list[int]:
        """Return an offset per partition; 0 if nothing is committed."""
        places = [TopicPartition(self.topic, number) for number in range(PARTITIONS)]
        return [max(place.offset, 0) for place in self.consumer.committed(places, 10)]


def bytes_received(pid: int) -> int:
    """Return what the open connections of a process have received, as the kernel counts it."""
    shown = subprocess.run(["ss", "-tinpHO"], capture_output=True, text=True, check=True).stdout
    ours = [line for line in shown.splitlines() if f"pid={pid}," in line]
    return sum(int(found) for line in ours for found in re.findall(r"bytes_received:(\d+)", line))


if __name__ == "__main__":
    main()
