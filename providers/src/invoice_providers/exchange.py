"""Exchange requests and answers over one connection.

If this fails, the request may have arrived.
"""

import io
import select
import socket
import time
import weakref

import urllib3
from httptools import HttpParserError, HttpResponseParser
from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError

from invoice_shared.answer import Answer

CHUNK = 65_536
MAX_LATE_SECONDS = 0.1
SWITCHING = 101
FIRST_FINAL = 200


class NoAnswer(Exception):
    """No complete answer was read; ``why`` is for an operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Wire:
    """One connection, closed by itself after ``NoAnswer`` or a last response. Not thread-safe."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._answer = _Reading()
        self._poll = select.poll()
        self._poll.register(sock.fileno(), select.POLLIN)
        self._bound = 0.0
        self._is_open = True
        # A thread that ends leaves its connection behind.
        weakref.finalize(self, sock.close)

    def is_usable(self) -> bool:
        """Return whether another request may be sent: it is not closed, and no data arrived."""
        return self._is_open and not self._poll.poll(0)

    def exchange(self, request: bytes, ends_at: float) -> Answer:
        """Send a request and return its answer, both before ``ends_at`` in monotonic seconds.

        Raises ``NoAnswer``.
        """
        try:
            self._send(request, ends_at)
            answer = self._received(ends_at)
        except (OSError, HttpParserError, HTTPError) as error:
            self.close()
            raise NoAnswer(type(error).__name__) from error
        if not self._answer.is_kept:
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._is_open = False
        self._sock.close()

    def _send(self, request: bytes, ends_at: float) -> None:
        left = memoryview(request)
        while left:
            self._wait_until(ends_at)
            left = left[self._sock.send(left) :]

    def _received(self, ends_at: float) -> Answer:
        reading = self._answer
        reading.begin()
        while not reading.is_whole:
            self._wait_until(ends_at)
            reading.feed(self._sock.recv(CHUNK))
        return reading.answer()

    def _wait_until(self, ends_at: float) -> None:
        """Limit the wait for the socket.

        To set the limit releases the GIL, so a limit that is slightly late is kept.
        """
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not 0 <= self._bound - left <= MAX_LATE_SECONDS:
            self._sock.settimeout(left)
            self._bound = left


class _Reading:
    """The part of an answer that was read. The parser calls the ``on_`` methods."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        self._headers: list[tuple[str, str]] = []
        self._status = 0
        self._parts: list[bytes] = []
        self.is_whole = self.is_kept = False

    def feed(self, data: bytes) -> None:
        if not data:
            self._end()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            if not self.is_whole:
                raise
            self.is_kept = False  # what follows is not part of the answer

    def answer(self) -> Answer:
        headers = HTTPHeaderDict(self._headers)
        body = b"".join(self._parts)
        if "Content-Encoding" in headers:
            packed = urllib3.HTTPResponse(io.BytesIO(body), headers, preload_content=False)
            body = packed.read(decode_content=True)
        return Answer(self._status, headers, body)

    def on_message_begin(self) -> None:
        if self.is_whole:
            raise ValueError("an answer without a request")
        self._headers = []  # an interim response had its own

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self.is_kept = self._parser.should_keep_alive()

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self.is_whole = self._status >= FIRST_FINAL or self._status == SWITCHING

    def _end(self) -> None:
        """End an answer without a length, whose end is the connection's."""
        names = {name.lower() for name, _value in self._headers}
        if self._status < FIRST_FINAL or names & {"content-length", "transfer-encoding"}:
            raise ConnectionResetError
        self.is_whole = True
