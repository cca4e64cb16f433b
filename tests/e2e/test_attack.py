"""Hundreds of stalling attackers: the webhook stays small, quiet, and available to Metronome."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from invoice_simulators.metronome.webhooks import signed_request
from tests.e2e.raw import PATH, SECRET, head, signed, stalled
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
# For the median. Two cores may be shared by everything, so a single one has more time.
MAX_SECONDS = 1.0
PATIENCE = 15.0
# 120 fields, as many as aiohttp accepts and 8 KiB each.
FIELDS = "".join(f"X-{number}: {'a' * 8000}\r\n" for number in range(120)).encode()


def test_seven_hundred_bodies_without_their_last_byte_do_no_harm(
    start_service: StartService, topics: Topics
) -> None:
    webhook = started(start_service, topics, descriptors=4096)

    with attacked(webhook, 700, lambda: stalled(LIMIT)) as attackers:
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

    with attacked(webhook, 1100, lambda: payload):
        deliver_for(webhook, HOLD_SECONDS / 3)

    assert peak_mib(webhook) < MAX_MIB
    assert len(webhook.output()) < MAX_LOG_BYTES
    assert "Traceback" not in webhook.output()


def head_after_blank_lines() -> bytes:
    """Return a head without an end; the first bytes look like one."""
    return b"\r\n\r\n" + head({}).removesuffix(b"\r\n") + FIELDS


def trailer() -> bytes:
    """Return a request that looks signed, with a trailer without an end."""
    request, _body = signed(EVENT, without=["Content-Length"], Transfer_Encoding="chunked")
    return request + b"1\r\nx\r\n0\r\n" + FIELDS


def another_protocol() -> bytes:
    """Return a request for another protocol, and a megabyte in it."""
    asked = {"Connection": "Upgrade", "Upgrade": "websocket"}
    return head(asked, method="GET") + b"x" * len(FIELDS)


def pipelined() -> bytes:
    """Return as many small requests as fit into a megabyte."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    return request * (len(FIELDS) // len(request))


@pytest.mark.parametrize("payload", [head_after_blank_lines, trailer, another_protocol, pipelined])
def test_seven_hundred_endless_requests_do_no_harm(
    start_service: StartService, topics: Topics, payload: Callable[[], bytes]
) -> None:
    webhook = started(start_service, topics, descriptors=4096)

    with attacked(webhook, 700, payload):
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
def attacked(webhook: Service, count: int, payload: Callable[[], bytes]) -> Iterator[Attackers]:
    with Attackers(webhook.webhook_port, count, payload) as attackers:
        eventually(lambda: attackers.standing > count * 0.5, timeout=60)
        yield attackers


def deliver_for(webhook: Service, seconds: float) -> None:
    """Deliver an event every half second: each is accepted, and the webhook stays ready."""
    until, taken = time.monotonic() + seconds, []
    while time.monotonic() < until:
        began = time.monotonic()
        assert deliver(webhook) == 200
        taken.append(time.monotonic() - began)
        never(lambda: not webhook.is_ready(), during=0.5)
    assert median(taken) < MAX_SECONDS


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
