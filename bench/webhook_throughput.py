"""How many webhooks a second are answered 200, compared to a bare aiohttp server that checks and keeps nothing?

Both are one process; the load generator and the broker share the machine with them.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import compare, rate
from bench.load import load, request
from bench.surroundings import surroundings
from invoice_simulators.metronome.webhooks import finalized_event, signed_request
from tests.support.ports import free_port, is_listening
from tests.support.processes import Process
from tests.support.waiting import eventually

CONNECTIONS = (1, 8, 32)
SECONDS = 3.0
ROUNDS = 3
ROOT = Path(__file__).parents[1]
INVOICE = {"id": "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b", "customer_id": "9d2f6f8a-7e61-4b7e-8a3d-1c2b3a4d5e6f"}


def main() -> None:
    with surroundings() as world:
        ours = f"http://127.0.0.1:{world.start('invoice-webhook', {}).webhook_port}/webhooks/metronome"
        port = free_port()
        command = [sys.executable, "-m", "bench.bare_ingress", str(port)]
        bare = Process("bare", command, env={"PYTHONPATH": str(ROOT)}, directory=world.directory).start()
        eventually(lambda: is_listening(port), timeout=30)
        try:
            for connections in CONNECTIONS:
                rounds = [
                    (
                        measure(world.outside.webhook_secret, ours, connections),
                        measure("any", of_port(port), connections),
                    )
                    for _ in range(ROUNDS)
                ]
                print(compare(f"{connections} connections", rounds, "/s"), flush=True)
        finally:
            bare.stop()


def of_port(port: int) -> str:
    return f"http://127.0.0.1:{port}/webhooks/metronome"


def measure(secret: str, url: str, connections: int) -> float:
    """Give the 200s a second."""
    event = finalized_event({**INVOICE, "issued_at": "2026-11-01T00:00:00.000Z"})
    headers, body = signed_request(event, secret, datetime.now(UTC))
    return rate(asyncio.run(load(url, request(url, headers, body), connections, SECONDS)))


if __name__ == "__main__":
    main()
