"""Limit the number and the duration of the connections.

A sender is a stranger until one of its requests has a valid signature. Everything here runs on the
event loop.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from math import inf
from typing import cast

from aiohttp import StreamReader

from invoice_shared.logs import get_logger
from invoice_shared.repeats import Repeats

log = get_logger(__name__)

# The time from the first byte of a request's head to its last.
HEAD_SECONDS = 30.0
STRANGER_IDLE_SECONDS = 75.0
# Proxies keep connections in pools, and should not use one that is just closed.
IDLE_SECONDS = 3600.0
# The time for the response to a slow sender. Then its connection is closed, whatever it still
# sends.
LINGER_SECONDS = 2.0
# The bytes that are read at once: asyncio would read up to 256 KiB from each of 1,000 connections.
PORTION_BYTES = 16 * 1024
# As in Node. aiohttp alone would accept 128 fields of 8 KiB.
MAX_HEAD_BYTES = 16 * 1024
# Strangers that are closed at once if there are too many connections: one per turn of the event
# loop would be slow during an attack.
MAX_CLOSED_AT_ONCE = 16
# The sizes of a body's chunks and its trailer, which aiohttp keeps without a limit for all.
MAX_FRAMING_BYTES = 8 * 1024
# What a sender may send before its request is answered, a body in progress apart. aiohttp keeps it.
# The handler begins two turns of the event loop after a head, and each brings a portion of a body.
MAX_AHEAD_BYTES = 4 * PORTION_BYTES
HEAD_END = b"\r\n\r\n"
# The parser skips these in front of a head.
BLANK_LINES = b"\r\n"


class Connection(asyncio.BufferedProtocol):
    """One connection: passes everything on to aiohttp's protocol, and has its own deadline."""

    def __init__(self, inner: asyncio.Protocol, connections: "Connections") -> None:
        self.deadline = inf
        self.is_known = False
        self.is_busy = False
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._body: StreamReader | None = None
        self._received = 0
        self._head = b""
        self._head_bytes = 0
        self._is_head_complete = False
        self._ahead = 0

    def begin(self, body: StreamReader) -> None:
        """Note that a request is being handled; the handler limits its duration."""
        self._body = body
        self._received = body.total_bytes
        self._head = b""
        self._head_bytes = 0
        self._is_head_complete = False
        self._ahead = 0
        self.is_busy = True
        self.deadline = inf

    def verified(self) -> None:
        """Note that a request had a valid signature."""
        if not self.is_known:
            self.is_known = True
            self._connections.know(self)

    def end(self) -> None:
        """Note that the request is answered."""
        self.is_busy = False
        self.deadline = self._connections.now() + (
            IDLE_SECONDS if self.is_known else STRANGER_IDLE_SECONDS
        )

    def end_soon(self) -> None:
        """Note that the connection's last request is answered."""
        self.is_busy = False
        self.deadline = self._connections.now() + LINGER_SECONDS

    def abort(self) -> None:
        """Close now: ``close`` would wait for clients that do not read their responses."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to measure the idle time."""
        self._transport = cast("asyncio.Transport", transport)
        self.deadline = self._connections.now() + STRANGER_IDLE_SECONDS
        self._connections.add(self)
        self._inner.connection_made(transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer of the next portion.

        All connections share it: a portion is passed on before another is read.
        """
        del sizehint
        return self._connections.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Pass a portion on."""
        portion = bytes(self._connections.buffer[:nbytes])
        if self._body is not None and not self._body.is_eof():
            self._add_to_body(nbytes, self._body)
        elif not self.is_busy and not self._is_head_complete:
            self._add_to_head(portion)
        else:
            self._add_ahead(nbytes)
        self._inner.data_received(portion)

    def _add_to_body(self, nbytes: int, body: StreamReader) -> None:
        if self._received - body.total_bytes > MAX_FRAMING_BYTES:
            self._end("the chunks or the trailer of a request's body are too large")
        self._received += nbytes

    def _add_to_head(self, portion: bytes) -> None:
        if not self._head_bytes:
            self.deadline = self._connections.now() + HEAD_SECONDS
        self._head_bytes += len(portion)
        self._head = (self._head + portion).lstrip(BLANK_LINES)
        self._is_head_complete = HEAD_END in self._head
        if not self._is_head_complete and self._head_bytes > MAX_HEAD_BYTES:
            self._end("a request's head is too large")

    def _add_ahead(self, nbytes: int) -> None:
        self._ahead += nbytes
        if self._ahead > MAX_AHEAD_BYTES:
            self._end("too much was sent before a request was answered")

    def _end(self, why: str) -> None:
        self._connections.note(why)
        self.abort()

    def eof_received(self) -> bool | None:
        """Close the connection, also if the client closed only its own half."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Close: our responses are so small that this client cannot have read any."""
        self.abort()

    def resume_writing(self) -> None:
        """Do nothing: such a connection is closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and end a wait for its body: aiohttp would wait for 10 s."""
        self._transport = None
        self._connections.remove(self)
        if self._body is not None and not self._body.is_eof():
            self._body.set_exception(ConnectionResetError("the sender hung up"))
        self._inner.connection_lost(exc)


class Connections:
    """All open connections, at most ``limit``."""

    def __init__(self, limit: int, now: Callable[[], float]) -> None:
        self.now = now
        self.buffer = memoryview(bytearray(PORTION_BYTES))
        self._limit = limit
        self._repeats = Repeats(now)
        self._all: set[Connection] = set()
        self._strangers: OrderedDict[Connection, None] = OrderedDict()  # the oldest first

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """Count a new connection."""
        self._all.add(connection)
        self._strangers[connection] = None

    def know(self, connection: Connection) -> None:
        """Count a connection as that of a known sender."""
        self._strangers.pop(connection, None)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._all.discard(connection)
        self._strangers.pop(connection, None)

    def room(self) -> int:
        """Return how many more connections are allowed."""
        return max(0, self._limit - len(self._all))

    def make_room(self) -> bool:
        """Close the oldest strangers, else the connection that is idle for longest.

        Returns whether there was one to close.

        The room is there in the event loop's next turn.
        """
        victims = self._victims()
        if victims:
            self.note("there are too many connections")
        for victim in victims:
            self._strangers.pop(victim, None)
            victim.abort()
        return bool(victims)

    def _victims(self) -> list[Connection]:
        if self._strangers:
            return list(islice(self._strangers, MAX_CLOSED_AT_ONCE))
        idle = (each for each in self._all if not each.is_busy)
        return (
            [longest]
            if (longest := min(idle, key=lambda each: each.deadline, default=None))
            else []
        )

    def close_overdue(self) -> None:
        """Close overdue connections. Call it periodically."""
        now = self.now()
        for connection in [each for each in self._all if each.deadline <= now]:
            connection.abort()

    def note(self, why: str) -> None:
        """Log why a connection is closed, once per minute."""
        if (left_out := self._repeats.due(why)) is not None:
            log.warning("connection closed", why=why, open=len(self._all), repeats=left_out)
