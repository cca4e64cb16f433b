"""The ingress as a whole: answers before the body is read, counters and logs, and the shutdown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from invoice_shared.record import OutgoingRecord
from invoice_webhook.handler import PATH
from tests.fakes import FakePublisher
from tests.unit.webhook.world import BODY, CONNECTIONS, SECRET, Ingress


class Defective:
    """A publisher with a defect."""

    async def publish(self, record: OutgoingRecord) -> None:
        raise RuntimeError(f"a defect at {record.topic}")


@pytest.fixture
async def ingress() -> AsyncIterator[Ingress]:
    async with Ingress(FakePublisher(), webhook_trusted_proxies='["127.0.0.0/8"]') as opened:
        yield opened


def request(ingress: Ingress, length: int = len(BODY), **changes: str | None) -> bytes:
    """Return the head of a signed request; a header that is ``None`` is left out."""
    headers = {"Host": "x", "Content-Length": str(length)} | ingress.head()
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}  # type: ignore[misc]
    lines = [
        f"POST {PATH} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items() if value is not None),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answers(ingress: Ingress) -> dict[str, float]:
    """Return the counted requests by answer."""
    lines = ingress.metrics.exposition().decode().splitlines()
    found = (line.split() for line in lines if "requests_total{" in line)
    return {name.split('"')[1]: float(value) for name, value in found}


@pytest.mark.parametrize(
    ("length", "changes", "status"),
    [
        (1001, {}, 413),
        (1001, {"Metronome_Webhook_Signature": None}, 413),
        (900, {"Metronome_Webhook_Signature": None}, 401),
        (900, {"Metronome_Webhook_Signature": "abc"}, 401),
        (900, {"X_Metronome_Date": None}, 401),
        (900, {"X_Metronome_Date": "yesterday"}, 401),
        (900, {"X_Metronome_Date": "Mon, 02 Jan 2006 22:04:05 GMT"}, 401),
        (900, {"Expect": "100-continue", "Metronome_Webhook_Signature": None}, 401),
        (900, {"Expect": "a miracle"}, 417),
    ],
)
async def test_a_request_that_no_body_can_fix_is_refused_before_the_body_is_read(
    ingress: Ingress, length: int, changes: dict[str, str | None], status: int
) -> None:
    client = await ingress.connect()

    assert (await client.ask(request(ingress, length, **changes)))[0] == status


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        pytest.param({"Transfer_Encoding": "chunked"}, b"0", id="a length and chunks"),
        pytest.param({"Transfer_Encoding": "identity"}, b"", id="a length and an invalid encoding"),
        pytest.param({"Content_Length": f"{len(BODY)}, {len(BODY)}"}, BODY, id="a list of lengths"),
        pytest.param({"Content_Length": f"+{len(BODY)}"}, BODY, id="a length with a sign"),
        pytest.param(
            {"Content_Length": f"{len(BODY)}\r\nContent-Length: 0"}, BODY, id="two lengths"
        ),
        pytest.param({"Content_Length ": str(len(BODY))}, BODY, id="a blank before the colon"),
        pytest.param(
            {"Content_Length": None, "Transfer_Encoding": "xchunked"}, b"0", id="another encoding"
        ),
        pytest.param(
            {"Content_Length": None, "Transfer_Encoding": "\x0bchunked"},
            b"0",
            id="a control character before chunked",
        ),
        pytest.param(
            {"Content_Length": None, "Transfer_Encoding": "\r\n chunked"}, b"0", id="a folded line"
        ),
        pytest.param(
            {"Content_Length": None, "Transfer_Encoding": "chunked, identity"},
            b"0",
            id="chunked is not the last encoding",
        ),
    ],
)
async def test_a_request_with_an_ambiguous_end_is_refused_with_everything_after_it(
    ingress: Ingress, changes: dict[str, str | None], body: bytes
) -> None:
    client = await ingress.connect()
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

    status, _head = await client.ask(
        request(ingress, len(BODY), **changes) + body + b"\r\n\r\n" + smuggled
    )
    rest = await asyncio.wait_for(client.reader.read(), 30)

    assert (status, b"HTTP/" in rest) == (400, False)
    assert ingress.publisher.published == []


async def test_after_an_early_refusal_the_rest_is_read_and_the_connection_stays_usable(
    ingress: Ingress,
) -> None:
    client = await ingress.connect()
    await client.ask(request(ingress, 900, Metronome_Webhook_Signature=None))

    assert (await client.ask(b"x" * 900 + request(ingress) + BODY))[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        f"GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n",
    ],
)
async def test_a_request_for_another_protocol_is_its_connections_last(
    ingress: Ingress, head: str
) -> None:
    client = await ingress.connect()

    _status, answer = await client.ask(head.encode())

    assert "Connection: close" in answer
    assert await client.is_closed()


async def test_a_sender_that_expects_100_is_told_to_continue(ingress: Ingress) -> None:
    client = await ingress.connect()

    assert (await client.ask(request(ingress, Expect="100-continue")))[0] == 100
    assert (await client.ask(BODY))[0] == 200


async def test_a_body_that_takes_too_long_is_answered_408_and_closed(ingress: Ingress) -> None:
    client = await ingress.connect()
    await client.ask(request(ingress, Expect="100-continue"))  # it is reading then

    ingress.clock.advance(10)
    status, head = await client.ask(BODY[:5])

    assert (status, "Connection: close" in head) == (408, True)
    assert await client.is_closed()
    assert answers(ingress) == {"timeout": 1.0}


async def test_the_oldest_unverified_connection_is_closed_for_a_new_one(ingress: Ingress) -> None:
    strangers = [await ingress.connect() for _ in range(CONNECTIONS + 2)]

    newest = await ingress.connect()

    assert (await newest.ask(request(ingress) + BODY))[0] == 200
    assert await strangers[0].is_closed()


async def test_every_answer_is_counted_including_those_of_aiohttp(ingress: Ingress) -> None:
    for sent in (
        b"GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        b"no HTTP at all\r\n\r\n",
        request(ingress, 1001),
        request(ingress, Expect="a miracle"),
        request(ingress) + BODY,
        request(ingress, 5) + b"other",
    ):
        await (await ingress.connect()).ask(sent)

    counted = (
        "not-found",
        "method-not-allowed",
        "bad-request",
        "too-large",
        "expectation-failed",
        "accepted",
    )
    assert answers(ingress) == dict.fromkeys((*counted, "unauthorized"), 1.0)


async def test_our_own_error_is_answered_500_counted_and_logged_with_its_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Ingress(FakePublisher(), Defective()) as ingress:
        with capture_logs() as logged:
            status, _head = await (await ingress.connect()).ask(request(ingress) + BODY)

    assert (status, answers(ingress)) == (500, {"error": 1.0})
    assert [(line["answer"], line["log_level"]) for line in refusals(logged)] == [
        ("error", "error")
    ]
    assert "a defect" in caplog.text


async def test_a_refusal_is_logged_once_per_minute_with_advice(ingress: Ingress) -> None:
    with capture_logs() as logged:
        for _ in range(3):
            await (await ingress.connect()).ask(
                request(ingress, 300_000, X_Forwarded_For="198.51.100.1")
            )
        ingress.clock.advance(60)
        await (await ingress.connect()).ask(
            request(ingress, 300_000, X_Forwarded_For="198.51.100.1")
        )

    first, second = refusals(logged)
    assert (first["answer"], first["status"], first["size"], first["remote"]) == (
        "too-large",
        413,
        300_000,
        "198.51.100.1",
    )
    assert ("repeats" in first, second["repeats"]) == (False, 2)


async def test_no_secret_and_no_signature_is_ever_logged(ingress: Ingress) -> None:
    with capture_logs() as logged:
        await (await ingress.connect()).ask(request(ingress, 5) + b"other")

    text = str(logged)
    assert "unauthorized" in text
    assert not any(
        hidden in text
        for hidden in (SECRET, ingress.head()["Metronome-Webhook-Signature"], "other")
    )


async def test_neither_a_malformed_request_nor_a_disconnect_logs_a_traceback(
    ingress: Ingress, caplog: pytest.LogCaptureFixture
) -> None:
    chunked = request(ingress, Content_Length=None, Transfer_Encoding="chunked")
    for sent in (
        b"no HTTP\r\n\r\n",
        request(ingress, 900) + b"x",
        request(ingress, 900, Host=None),
        chunked + b"zz\r\n",
    ):
        client = await ingress.connect()
        client.writer.write(sent)
        await client.writer.drain()
        client.writer.transport.abort()
        client = await ingress.connect()
        client.writer.write(sent)
        client.writer.write_eof()
        await client.is_closed()
    refused = await ingress.connect()
    await refused.ask(request(ingress, 900, X_Metronome_Date=None))
    refused.writer.transport.abort()
    assert (await (await ingress.connect()).ask(request(ingress) + BODY))[0] == 200

    assert [record for record in caplog.records if record.exc_info] == []


async def test_each_answer_ends_its_connection_during_the_shutdown(ingress: Ingress) -> None:
    client = await ingress.connect()
    assert "Connection: close" not in (await client.ask(request(ingress) + BODY))[1]

    ingress.app.drain()

    status, head = await client.ask(request(ingress) + BODY)
    assert (status, "Connection: close" in head) == (200, True)
    assert await client.is_closed()


def refusals(logged: list[Any]) -> list[Any]:
    return [line for line in logged if line["event"] == "webhook refused"]
