"""What does an acknowledged webhook cost, in CPU and in waiting, beside what others would write?

Every server is one process and answers 200 to a signed event; all but the bare handler do so once
the broker has acknowledged the record. Load and broker share the machine with them.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.load import AT_ONCE, Served, during, load, request, steadily
from bench.peers import install
from bench.report import OURS, Competitor, Goal, Measures, Report, in_turns, publish
from bench.spent import cpu_seconds
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_simulators.metronome.webhooks import finalized_event, signed_request
from tests.support.ports import free_port, is_listening
from tests.support.processes import Process
from tests.support.waiting import eventually


@dataclass(frozen=True, slots=True)
class Pace:
    """How requests come, in one round. ``per_second`` null: as fast as they are answered."""

    connections: int
    seconds: float
    per_second: float | None = None


FULL_SPEED = Pace(connections=64, seconds=4.0)
ROUNDS = 5
CPU = "CPU s per 1,000"
RATE = "answered per second"
P99 = "p99 ms"
GOALS = (Goal(CPU, at_most=0.10), Goal(P99, at_most=2.0, compared_to="prototype"))
INVOICE = {
    "id": "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b",
    "customer_id": "9d2f6f8a-7e61-4b7e-8a3d-1c2b3a4d5e6f",
    "issued_at": "2026-11-01T00:00:00.000Z",
}

PEERS: Mapping[str, Callable[[], list[str]]] = {
    "bare handler, no Kafka": lambda: [sys.executable, "-m", "bench.peers.bare_webhook"],
    "prototype": lambda: [sys.executable, "-m", "bench.peers.prototype_webhook"],
    "FastAPI + FastStream": lambda: [str(install.python()), "-m", "bench.peers.faststream_webhook"],
    "Node, fastify": install.node,
    "Go, franz-go": install.go,
}


def main() -> None:
    with surroundings() as world:
        service = world.start("invoice-webhook", AS_DEPLOYED | secret_file(world))
        servers = {OURS: (service.pid, service.webhook_port)}
        skipped: dict[str, str] = {}
        with peers(world, skipped) as found:
            competitors = {name: player(world, *at) for name, at in (servers | found).items()}
            for play in competitors.values():  # warm
                play()
            rounds = in_turns(competitors, ROUNDS)
    question = f"Webhook, {FULL_SPEED.connections} connections"
    publish(Report(question, rounds, GOALS, skipped), "webhook")


def secret_file(world: Surroundings) -> dict[str, str]:
    """Return the settings that hand the secret over as a file, as the manifests do."""
    path = world.directory / "webhook-secret"
    path.write_text(world.outside.webhook_secret)
    return {"METRONOME_WEBHOOK_SECRET": "", "METRONOME_WEBHOOK_SECRET_FILE": str(path)}


@contextmanager
def peers(world: Surroundings, skipped: dict[str, str]) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield process id and port of each peer that can play; ``skipped`` says why another cannot."""
    processes: dict[str, tuple[Process, int]] = {}
    try:
        for name, command in PEERS.items():
            try:
                processes[name] = started(world, name, command())
            except install.Missing as missing:
                skipped[name] = str(missing)
        yield {name: (process.pid, port) for name, (process, port) in processes.items()}
    finally:
        for process, _port in processes.values():
            process.stop()


def started(world: Surroundings, name: str, command: list[str]) -> tuple[Process, int]:
    """Start a peer; return it with its port once it listens."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(install.ROOT),
        "PORT": str(port),
        "METRONOME_WEBHOOK_SECRET": world.outside.webhook_secret,
        **world.topics.settings,
    }
    log = f"peer-{name.partition(',')[0].replace(' ', '')}"
    process = Process(log, command, env=environment, directory=world.directory).start()
    eventually(lambda: is_listening(port) or not process.is_running(), timeout=60)
    if not process.is_running():
        raise install.Missing(f"it ended: {process.output()[-300:]}")
    return process, port


def player(world: Surroundings, pid: int, port: int, rate: Pace = FULL_SPEED) -> Competitor:
    """Return what plays one round against a server."""
    url = f"http://127.0.0.1:{port}/webhooks/metronome"

    def play() -> Measures:
        headers, body = signed_request(
            finalized_event(INVOICE), world.outside.webhook_secret, datetime.now(UTC)
        )
        wires = during(rate.seconds, request(url, headers, body))
        due = AT_ONCE if rate.per_second is None else steadily(rate.per_second)
        spent = cpu_seconds(pid)
        served = asyncio.run(load(url, wires, rate.connections, due))
        return measures(served, cpu_seconds(pid) - spent)

    return play


def measures(served: Served, spent: float) -> Measures:
    return {
        CPU: spent * 1000 / len(served.times),
        RATE: served.per_second,
        "p50 ms": served.percentile(0.5),
        P99: served.percentile(0.99),
    }


if __name__ == "__main__":
    main()
