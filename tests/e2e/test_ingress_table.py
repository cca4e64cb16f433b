"""Each row of the contract's ingress table, on the real process and over raw sockets."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from invoice_simulators.metronome.webhooks import flat_event, sign
from tests.e2e.raw import SECRET, RawClient, head, signed
from tests.support.services import Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

EVENT = {
    "id": "ev-1",
    "type": "invoice.finalized",
    "properties": {"invoice_id": "inv-1", "customer_id": "cus-1"},
}
LIMIT = 262_144
SIGNATURE = "Metronome-Webhook-Signature"
DATE = "X-Metronome-Date"
DATES = (DATE, "Date")


@pytest.fixture
def webhook(start_service: StartService, topics: Topics) -> Service:
    service = start_service("invoice-webhook", settings(topics))
    service.wait_until_ready()
    return service


@pytest.fixture
def client(webhook: Service) -> Iterator[RawClient]:
    with RawClient(webhook.webhook_port) as opened:
        yield opened


def settings(topics: Topics) -> dict[str, str]:
    return topics.settings | {"METRONOME_WEBHOOK_SECRET": SECRET}


def dated(when: datetime) -> dict[str, str]:
    """Return the headers of a signature that may be valid except for its date."""
    return {DATE: format_datetime(when, usegmt=True), SIGNATURE: "a" * 64}


def chunked(size: int) -> tuple[bytes, ...]:
    request, body = signed(b"x" * size, without=["Content-Length"], Transfer_Encoding="chunked")
    return (request, *(f"{len(body):x}\r\n".encode(), body, b"\r\n0\r\n\r\n"))


def at_once() -> dict[str, tuple[tuple[bytes, ...], int]]:
    """Return requests signed now: those signed at import may be too old when their turn comes."""
    now = datetime.now(UTC)
    return {
        "a finalized invoice": (signed(EVENT), 200),
        "another event": (signed(flat_event({"id": "i", "customer_id": "c"})), 200),
        "an invoice without its ids": (signed({"type": "invoice.finalized"}), 200),
        "no JSON": (signed(b"no JSON"), 200),
        "a list": (signed(b"[]"), 200),
        "nested too deep": (signed(b"[" * 50_000), 200),
        "a body at the limit": (signed(b"x" * LIMIT), 200),
        "a wrong signature": (signed(EVENT, Metronome_Webhook_Signature="a" * 64), 401),
        # No byte of the bodies below is sent.
        "no signature": ((signed(EVENT, without=[SIGNATURE])[0],), 401),
        "a signature that is none": (
            (signed(EVENT, Metronome_Webhook_Signature="A" * 64)[0],),
            401,
        ),
        "no date": ((signed(EVENT, without=DATES)[0],), 401),
        "no date that can be read": (
            (signed(EVENT, without=["Date"], X_Metronome_Date="soon")[0],),
            401,
        ),
        "a date of ten minutes ago": (
            (head(dated(now - timedelta(minutes=10)) | {"Content-Length": 9}),),
            401,
        ),
        "a date in ten minutes": (
            (head(dated(now + timedelta(minutes=10)) | {"Content-Length": 9}),),
            401,
        ),
        "a length over the limit": ((signed(EVENT, Content_Length=LIMIT + 1)[0],), 413),
        "a length over the limit, unsigned": ((head({"Content-Length": LIMIT + 1}),), 413),
        "an expectation of its own": ((signed(EVENT, Expect="a miracle")[0],), 417),
        "another method": ((head({}, method="GET"),), 405),
        "another path": ((head({}, path="/"),), 404),
        "no HTTP": ((b"\x16\x03\x01\r\n\r\n",), 400),
        "more chunks than the limit": (chunked(LIMIT + 1), 413),
    }


def test_a_decided_request_is_answered_at_once(webhook: Service, topics: Topics) -> None:
    requests = at_once()
    given = {}
    for name, (portions, _status) in requests.items():
        with RawClient(webhook.webhook_port) as client:
            given[name] = client.send(*portions).answer()

    assert {name: status for name, (status, _) in given.items()} == {
        name: status for name, (_, status) in requests.items()
    }
    assert {
        headers.get("content-length")
        for status, headers in given.values()
        if status in (200, 401, 413)
    } == {"0"}
    assert [record.key for record in topics.read("raw-invoices")] == [b"inv-1"]
    assert len(topics.read("invoice-errors")) == 5
    assert "Traceback" not in webhook.output()
    assert counted(webhook) == {
        "accepted": 1,
        "ignored": 1,
        "unusable": 5,
        "unauthorized": 7,
        "too-large": 3,
        "expectation-failed": 1,
        "method-not-allowed": 1,
        "not-found": 1,
        "bad-request": 1,
    }


def test_a_date_in_iso_8601_is_accepted_as_by_metronomes_own_library(client: RawClient) -> None:
    date = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = b'{"type":"alerts.low"}'
    headers = {DATE: date, SIGNATURE: sign(body, SECRET, date), "Content-Length": len(body)}

    assert client.send(head(headers), body).answer()[0] == 200


def test_a_slow_connection_is_ended_and_a_verified_sender_is_kept(webhook: Service) -> None:
    request, body = signed(EVENT)
    port = webhook.webhook_port
    with (
        RawClient(port) as slow,
        RawClient(port) as half,
        RawClient(port) as silent,
        RawClient(port) as known,
    ):
        slow.send(request, body[:-1])
        half.send(request[:-2])
        known.send(request, body)
        assert known.answer()[0] == 200

        status, headers = slow.answer()
        assert (status, headers["connection"]) == (408, "close")
        assert 10 <= slow.seconds_until_closed(60) < 30
        assert 30 <= half.seconds_until_closed(60) < 60
        assert 75 <= silent.seconds_until_closed(90) < 120

        assert known.is_open()
        assert known.send(*signed(EVENT)).answer()[0] == 200


@pytest.mark.parametrize(
    "portions", [(), (b"POST /webhooks",), (signed(EVENT)[0], b"{")], ids=["idle", "head", "body"]
)
def test_a_client_that_closes_its_direction_is_closed(
    client: RawClient, webhook: Service, portions: tuple[bytes, ...]
) -> None:
    client.send(*portions).send_no_more()

    assert client.seconds_until_closed(30) < 30
    assert "Traceback" not in webhook.output()


def test_without_a_broker_it_asks_for_a_retry(start_service: StartService) -> None:
    webhook = start_service("invoice-webhook", settings(Topics("127.0.0.1:1")))
    eventually(
        lambda: "ingress" not in webhook.ask("/readyz")[1] and webhook.ask("/readyz")[0] == 503
    )

    with RawClient(webhook.webhook_port) as client:
        status, headers = client.send(*signed(EVENT)).answer()

    assert (status, headers["retry-after"]) == (503, "30")


def test_a_missing_secret_file_is_a_server_error_until_it_is_back(
    start_service: StartService, topics: Topics, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    webhook = start_service(
        "invoice-webhook", topics.settings | {"METRONOME_WEBHOOK_SECRET_FILE": str(file)}
    )
    webhook.wait_until_ready()

    file.unlink()
    with RawClient(webhook.webhook_port) as client:
        status, headers = client.send(*signed(EVENT)).answer()
    eventually(
        lambda: "METRONOME_WEBHOOK_SECRET: its file cannot be read" in webhook.ask("/readyz")[1]
    )

    assert (status, headers["retry-after"]) == (503, "30")
    assert webhook.ask("/readyz")[0] == 503

    file.write_text(SECRET)
    with RawClient(webhook.webhook_port) as client:
        assert client.send(*signed(EVENT)).answer()[0] == 200
    webhook.wait_until_ready()


def test_after_sigterm_it_is_not_ready_but_serves_until_the_delay_is_over(
    start_service: StartService, topics: Topics
) -> None:
    webhook = start_service("invoice-webhook", settings(topics) | {"SHUTDOWN_DELAY_SECONDS": "8"})
    webhook.wait_until_ready()
    with RawClient(webhook.webhook_port) as pooled:
        assert "connection" not in pooled.send(*signed(EVENT)).answer()[1]

        os.kill(webhook.pid, signal.SIGTERM)
        eventually(lambda: webhook.ask("/readyz")[0] == 503, every=0.05)

        status, headers = pooled.send(*signed(EVENT)).answer()
        assert (status, headers["connection"]) == (200, "close")
    with RawClient(webhook.webhook_port) as fresh:
        assert fresh.send(*signed(EVENT)).answer()[0] == 200
    assert webhook.wait(60) == 0


def counted(webhook: Service) -> dict[str, int]:
    """Return the answers that the process has counted."""
    lines = (
        line.split()
        for line in webhook.ask("/metrics")[1].splitlines()
        if "requests_total{" in line
    )
    return {name.split('"')[1]: int(float(count)) for name, count in lines}
