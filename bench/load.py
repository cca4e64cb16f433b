"""A load generator that costs little itself: ready-made requests, one after the other, on open
connections.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from bench.figures import rate

HEAD_END = b"\r\n\r\n"
AT_ONCE = itertools.repeat(0.0)
Over = asyncio.Future[None]


@dataclass(slots=True)
class Served:
    """When each 200 was there, and how long it took."""

    times: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """The 200s per second in the middle of the run."""
        return rate(self.times)

    def percentile(self, share: float) -> float:
        """Return the time, in ms, within which this share of the requests was answered."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))] * 1000


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole and it is due.

    Answers have no body to speak of.
    """

    def __init__(
        self, wires: Iterator[bytes], due: Iterator[float], served: Served, over: Over
    ) -> None:
        self._wires, self._due, self._served, self._over = wires, due, served, over
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._wait()

    def _wait(self) -> None:
        due = next(self._due)
        if due <= time.monotonic():
            self._send()
        else:
            asyncio.get_running_loop().call_at(due, self._send)

    def _send(self) -> None:
        if (wire := next(self._wires, None)) is None:
            self._transport.close()
            return
        self._sent = time.monotonic()
        self._transport.write(wire)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not is_whole(self._answer):
            return
        assert self._answer.startswith(b"HTTP/1.1 200"), self._answer
        self._answer, now = b"", time.monotonic()
        self._served.times.append(now)
        self._served.seconds.append(now - self._sent)
        self._wait()

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)


def is_whole(answer: bytes) -> bool:
    """Whether head and body are there."""
    head, end, body = answer.partition(HEAD_END)
    if not end:
        return False
    _, named, length = head.lower().partition(b"content-length:")
    return not named or len(body) >= int(length.split(b"\r\n")[0])


def request(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    target = urlsplit(url)
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.netloc}",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def during(seconds: float, wire: bytes) -> Iterator[bytes]:
    """Yield one request for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield wire


def steadily(per_second: float) -> Iterator[float]:
    """Yield when each request is due, at this rate from the first on."""
    began = time.monotonic()
    return (began + number / per_second for number in itertools.count())


async def load(
    url: str, wires: Iterator[bytes], connections: int, due: Iterator[float] = AT_ONCE
) -> Served:
    """Send all requests on several connections at once, each when it is due.

    Raises what was wrong with an answer other than 200.
    """
    loop, served, target = asyncio.get_running_loop(), Served(), urlsplit(url)
    ends: list[Over] = []
    for _ in range(connections):
        ends.append(over := loop.create_future())
        connection = partial(_Connection, wires, due, served, over)
        await loop.create_connection(connection, target.hostname or "", target.port or 0)
    await asyncio.gather(*ends)
    return served
