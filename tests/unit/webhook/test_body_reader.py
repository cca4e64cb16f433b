"""Limits for request bodies: the size of each, the time it may take, and the total size of all."""

import asyncio

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from invoice_webhook.answers import Refused
from invoice_webhook.body_reader import BodyReader
from tests.fakes import FakeClock

MAX_BODY = 100
MAX_HELD = 250
TIMEOUT = 10


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def body_reader(clock: FakeClock) -> BodyReader:
    return BodyReader(MAX_BODY, MAX_HELD, TIMEOUT, clock.monotonic)


class Sender:
    """Sends one body in pieces, which the body_reader reads in its own task."""

    def __init__(self, body_reader: BodyReader) -> None:
        loop = asyncio.get_running_loop()
        protocol = BaseProtocol(loop)
        protocol.connection_made(asyncio.Transport())
        self.content = StreamReader(protocol, 1000, loop=loop)
        self.reading = loop.create_task(body_reader.read(self.content))

    async def send(self, data: bytes) -> None:
        self.content.feed_data(data)
        await turns()

    async def refusal(self) -> str:
        with pytest.raises(Refused) as caught:
            await self.reading
        return caught.value.name


async def turns() -> None:
    """Let everything that is due happen."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_body_in_pieces_is_read_completely(body_reader: BodyReader) -> None:
    sender = Sender(body_reader)

    await sender.send(b"a" * 60)
    await sender.send(b"b" * 40)
    sender.content.feed_eof()

    assert await sender.reading == b"a" * 60 + b"b" * 40


async def test_a_complete_body_is_not_waited_for(body_reader: BodyReader) -> None:
    sender = Sender(body_reader)
    sender.content.feed_data(b"abc")
    sender.content.feed_eof()

    assert await sender.reading == b"abc"


@pytest.mark.parametrize("complete", [True, False])
async def test_a_body_that_grows_beyond_the_limit_is_refused_with_its_size(
    body_reader: BodyReader, complete: bool
) -> None:
    sender = Sender(body_reader)
    sender.content.feed_data(b"x" * (MAX_BODY + 1))
    if complete:
        sender.content.feed_eof()

    with pytest.raises(Refused) as caught:
        await sender.reading

    assert (caught.value.name, caught.value.size) == ("too-large", MAX_BODY + 1)


async def test_a_body_is_refused_when_it_takes_too_long_but_not_earlier(
    body_reader: BodyReader, clock: FakeClock
) -> None:
    sender = Sender(body_reader)
    await sender.send(b"x")

    clock.advance(TIMEOUT - 1)
    body_reader.end_overdue()
    await sender.send(b"x")
    assert not sender.reading.done()

    clock.advance(1)
    body_reader.end_overdue()
    assert await sender.refusal() == "timeout"


async def test_the_bytes_of_all_bodies_are_bounded_and_the_oldest_is_refused(
    body_reader: BodyReader,
) -> None:
    senders = [Sender(body_reader) for _ in range(4)]
    await turns()
    for sender in senders:
        await sender.send(b"x" * 80)  # the fourth exceeds the limit

    assert await senders[0].refusal() == "overloaded"
    for sender in senders[1:]:
        sender.content.feed_eof()
        assert await sender.reading == b"x" * 80


async def test_refused_and_read_bodies_no_longer_count(
    body_reader: BodyReader, clock: FakeClock
) -> None:
    for _ in range(10):
        done = Sender(body_reader)
        late = Sender(body_reader)
        await done.send(b"x" * 90)
        await late.send(b"x" * 90)
        done.content.feed_eof()
        assert len(await done.reading) == 90
        clock.advance(TIMEOUT)
        body_reader.end_overdue()
        assert await late.refusal() == "timeout"


async def test_a_body_that_completes_as_it_is_refused_is_refused_once(
    body_reader: BodyReader,
) -> None:
    senders = [Sender(body_reader) for _ in range(4)]
    await turns()
    for sender in senders[:3]:
        await sender.send(b"x" * 80)
    senders[0].content.feed_data(b"y" * 10)
    senders[0].content.feed_eof()
    await senders[3].send(b"x" * 80)

    ended = [sender for sender in senders if sender.reading.done()]
    assert len(ended) >= 1
    for sender in senders:
        if not sender.reading.done():
            sender.content.feed_eof()
    await asyncio.gather(*(sender.reading for sender in senders), return_exceptions=True)
    after = Sender(body_reader)
    after.content.feed_data(b"z" * 90)
    after.content.feed_eof()
    assert await after.reading == b"z" * 90


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ConnectionResetError("Connection lost"), "disconnected"),
        (TimeoutError("the kernel gave up"), "disconnected"),
        (OSError("no route"), "disconnected"),
        (web.RequestPayloadError("400, no chunk"), "bad-request"),
    ],
)
async def test_a_sender_that_disconnects_or_sends_no_http_is_not_our_error(
    body_reader: BodyReader, error: Exception, name: str
) -> None:
    sender = Sender(body_reader)
    await sender.send(b"x")

    sender.content.set_exception(error)

    assert await sender.refusal() == name


async def test_a_shutdown_cancels_the_read(body_reader: BodyReader) -> None:
    sender = Sender(body_reader)
    await sender.send(b"x")

    sender.reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sender.reading
