"""Hundreds of stalling attackers: the webhook stays small, quiet, and available to Metronome."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoice_simulators.metronome.webhooks import signed_request
from tests.e2e.raw import PATH, SECRET, stalled
from tests.support.attackers import Attackers
from tests.support.ports import LOOPBACK
from tests.support.services import Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.e2e, pytest.mark.broker, pytest.mark.real_broker]

EVENT = {
    "id": "ev-1",
    "type": "invoice.finalized",
    "properties": {"invoice_id": "inv-1", "customer_id": "cus-1"},
}
LIMIT = 262_144
HOLD_SECONDS = 60.0
MAX_MIB = 200
MAX_LOG_BYTES = 200_000
# One second is the goal; two cores may be shared by everything.
PATIENCE = 15.0


def test_seven_hundred_bodies_without_their_last_byte_do_no_harm(
    start_service: StartService, topics: Topics
) -> None:
    webhook = started(start_service, topics, descriptors=4096)

    with attacked(webhook, 700, stalled(LIMIT)) as attackers:
        deliver_for(webhook, HOLD_SECONDS)

    assert {b"503"} <= {answer[-3:] for answer in attackers.answers} <= {b"408", b"503"}
    assert peak_mib(webhook) < MAX_MIB
    assert len(webhook.output()) < MAX_LOG_BYTES
    assert "Traceback" not in webhook.output()


@pytest.mark.parametrize(
    "payload", [b"", b"POST /webhooks/metronome HTTP/1.1\r\nX: "], ids=["silent", "half a head"]
)
def test_more_connections_than_descriptors_do_no_harm(
    start_service: StartService, topics: Topics, payload: bytes
) -> None:
    webhook = started(start_service, topics, descriptors=1024)

    with attacked(webhook, 1100, payload):
        deliver_for(webhook, HOLD_SECONDS / 3)

    assert peak_mib(webhook) < MAX_MIB
    assert len(webhook.output()) < MAX_LOG_BYTES
    assert "Traceback" not in webhook.output()


def started(start_service: StartService, topics: Topics, *, descriptors: int) -> Service:
    """Start a webhook that cannot get more descriptors than this."""
    within = ("sh", "-c", f'ulimit -n {descriptors} && exec "$0" "$@"')
    webhook = start_service(
        "invoice-webhook", topics.settings | {"METRONOME_WEBHOOK_SECRET": SECRET}, within
    )
    webhook.wait_until_ready()
    return webhook


@contextmanager
def attacked(webhook: Service, count: int, payload: bytes) -> Iterator[Attackers]:
    with Attackers(webhook.webhook_port, count, lambda: payload) as attackers:
        eventually(lambda: attackers.standing > count * 0.5, timeout=60)
        yield attackers


def deliver_for(webhook: Service, seconds: float) -> None:
    """Deliver an event every half second: each is accepted, and the webhook stays ready."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert deliver(webhook) == 200
        never(lambda: not webhook.is_ready(), during=0.5)


def deliver(webhook: Service) -> int:
    headers, body = signed_request(EVENT, SECRET, datetime.now(UTC))
    connection = http.client.HTTPConnection(LOOPBACK, webhook.webhook_port, timeout=PATIENCE)
    try:
        connection.request("POST", PATH, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def peak_mib(webhook: Service) -> float:
    """Return the most memory that the process has used."""
    status = Path(f"/proc/{webhook.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
