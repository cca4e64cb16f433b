"""How long a connection may stay, and which one has to be closed; on its own clock, without a
socket.
"""

import asyncio

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol

from invoice_webhook.connections import (
    HEAD_SECONDS,
    IDLE_SECONDS,
    LINGER_SECONDS,
    MAX_AHEAD_BYTES,
    MAX_FRAMING_BYTES,
    MAX_HEAD_BYTES,
    PORTION_BYTES,
    STRANGER_IDLE_SECONDS,
    Connection,
    Connections,
)
from tests.fakes import FakeClock

HEAD = b"POST /webhooks/metronome HTTP/1.1\r\nContent-Length: 5\r\n\r\n"


class Transport(asyncio.Transport):
    """Records whether it was aborted."""

    def __init__(self) -> None:
        super().__init__()
        self.is_aborted = False

    def abort(self) -> None:
        self.is_aborted = True


class Inner(asyncio.Protocol):
    """Keeps what it is given, in place of aiohttp."""

    def __init__(self) -> None:
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data


class Opened:
    """One of several connections."""

    def __init__(self, connections: Connections) -> None:
        self.inner = Inner()
        self.transport = Transport()
        self.connection = Connection(self.inner, connections)
        self.connection.connection_made(self.transport)
        self._connections = connections

    def receive(self, data: bytes) -> None:
        """Let a portion arrive, as the event loop does."""
        self.connection.get_buffer(-1)[: len(data)] = data
        self.connection.buffer_updated(len(data))

    def is_open(self) -> bool:
        self._connections.close_overdue()
        return not self.transport.is_aborted


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connections(clock: FakeClock) -> Connections:
    return Connections(2, clock.monotonic)


def body(*, complete: bool) -> StreamReader:
    loop = asyncio.get_running_loop()
    reader = StreamReader(BaseProtocol(loop), 1000, loop=loop)
    if complete:
        reader.feed_eof()
    return reader


def stays(clock: FakeClock, opened: Opened, seconds: float) -> None:
    """Assert that it stays open for this long and no longer."""
    clock.advance(seconds - 1)
    assert opened.is_open()
    clock.advance(1)
    assert not opened.is_open()


def test_arriving_bytes_are_passed_on(connections: Connections) -> None:
    opened = Opened(connections)

    opened.receive(b"a" * 10)
    opened.receive(b"b")

    assert opened.inner.received == b"a" * 10 + b"b"


def test_a_silent_unverified_connection_is_closed(
    clock: FakeClock, connections: Connections
) -> None:
    stays(clock, Opened(connections), STRANGER_IDLE_SECONDS)


def test_a_head_has_a_deadline_from_its_first_byte_on_whatever_follows(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    clock.advance(20)
    opened.receive(b"POST /webhooks")
    clock.advance(20)
    opened.receive(b"/metronome")

    stays(clock, opened, HEAD_SECONDS - 20)


async def test_a_request_in_progress_is_left_to_the_handler(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=False))

    clock.advance(10 * IDLE_SECONDS)

    assert opened.is_open()


async def test_an_answer_does_not_make_a_connection_verified(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=True))
    opened.connection.end()

    stays(clock, opened, STRANGER_IDLE_SECONDS)


async def test_after_a_verified_request_an_idle_connection_is_kept_for_an_hour(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=True))
    opened.connection.verified()
    opened.connection.end()

    stays(clock, opened, IDLE_SECONDS)


async def test_the_head_of_a_later_request_has_the_same_deadline(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=True))
    opened.connection.verified()
    opened.connection.end()
    opened.receive(b"POST")

    stays(clock, opened, HEAD_SECONDS)


async def test_the_rest_of_an_answered_body_is_not_a_head(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=False))
    opened.connection.verified()
    opened.connection.end()
    opened.receive(b"rest")

    stays(clock, opened, IDLE_SECONDS)


async def test_a_last_answer_gets_a_moment_to_arrive(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=False))
    opened.connection.end_soon()

    stays(clock, opened, LINGER_SECONDS)


def test_an_endless_head_is_cut_off(connections: Connections) -> None:
    opened = Opened(connections)

    opened.receive(b"x" * MAX_HEAD_BYTES)
    assert opened.is_open()

    opened.receive(b"x")
    assert not opened.is_open()


def test_blank_lines_before_a_head_are_not_its_end(connections: Connections) -> None:
    opened = Opened(connections)

    opened.receive(b"\r\n\r\nPOST")
    opened.receive(b"x" * MAX_HEAD_BYTES)

    assert not opened.is_open()


def test_endless_blank_lines_are_cut_off(connections: Connections) -> None:
    opened = Opened(connections)

    opened.receive(b"\r\n" * (MAX_HEAD_BYTES // 2))
    opened.receive(b"\r\n")

    assert not opened.is_open()


def test_blank_lines_do_not_extend_a_heads_deadline(
    clock: FakeClock, connections: Connections
) -> None:
    opened = Opened(connections)
    opened.receive(b"\r\n")
    clock.advance(20)
    opened.receive(b"\r\n")

    stays(clock, opened, HEAD_SECONDS - 20)


async def test_chunks_and_a_trailer_that_are_larger_than_the_limit_are_cut_off(
    connections: Connections,
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD)
    opened.connection.begin(body(complete=False))

    opened.receive(b"x" * MAX_FRAMING_BYTES)
    opened.receive(b"x")
    assert opened.is_open()

    opened.receive(b"x")
    assert not opened.is_open()


async def test_the_bytes_of_a_body_are_not_limited_here(connections: Connections) -> None:
    opened = Opened(connections)
    content = body(complete=False)
    opened.receive(HEAD)
    opened.connection.begin(content)

    for _ in range(100):
        opened.receive(b"x" * 1000)
        content.feed_data(b"x" * 1000)
        content.read_nowait()

    assert opened.is_open()


def test_bytes_after_a_head_do_not_count_towards_it(connections: Connections) -> None:
    opened = Opened(connections)

    opened.receive(HEAD[:-2])
    opened.receive(b"\r\n")
    opened.receive(b"x" * MAX_HEAD_BYTES)
    opened.receive(b"x" * MAX_HEAD_BYTES)

    assert opened.is_open()


async def test_what_follows_an_unanswered_request_is_cut_off_at_the_limit(
    connections: Connections,
) -> None:
    opened = Opened(connections)
    opened.receive(HEAD + b"{...}")
    opened.connection.begin(body(complete=True))

    for _ in range(MAX_AHEAD_BYTES // PORTION_BYTES):
        opened.receive(b"x" * PORTION_BYTES)
    assert opened.is_open()
    opened.receive(b"x")
    assert not opened.is_open()


async def test_each_request_may_be_followed_by_as_much(connections: Connections) -> None:
    opened = Opened(connections)
    for _ in range(3):
        opened.connection.begin(body(complete=True))
        for _ in range(MAX_AHEAD_BYTES // PORTION_BYTES):
            opened.receive(b"x" * PORTION_BYTES)

    assert opened.is_open()


def test_a_client_that_does_not_read_its_answers_is_closed(connections: Connections) -> None:
    opened = Opened(connections)

    opened.connection.pause_writing()

    assert not opened.is_open()


async def test_the_oldest_unverified_connection_is_closed_before_any_verified_one(
    clock: FakeClock, connections: Connections
) -> None:
    known = Opened(connections)
    stranger = Opened(connections)
    known.connection.verified()
    assert connections.room() == 0

    assert connections.make_room()

    assert (known.transport.is_aborted, stranger.transport.is_aborted) == (False, True)
    stranger.connection.connection_lost(None)
    assert connections.room() == 1


async def test_the_verified_connection_that_is_idle_for_longest_is_closed(
    clock: FakeClock, connections: Connections
) -> None:
    first = Opened(connections)
    second = Opened(connections)
    for opened in (second, first):
        opened.connection.begin(body(complete=True))
        opened.connection.verified()
        opened.connection.end()
        clock.advance(1)

    assert connections.make_room()

    assert (first.transport.is_aborted, second.transport.is_aborted) == (False, True)


async def test_a_verified_connection_is_never_closed_during_a_request(
    connections: Connections,
) -> None:
    opened = Opened(connections)
    opened.connection.begin(body(complete=True))
    opened.connection.verified()

    assert not connections.make_room()
    assert opened.is_open()
