"""A load generator that costs little itself: one ready-made request, over and over, on open
connections.
"""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.figures import rate

HEAD_END = b"\r\n\r\n"


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
        """Return the time, in ms, within which so large a share of the requests was answered."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))] * 1000


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole.

    Answers have no body to speak of.
    """

    def __init__(
        self, wire: bytes, until: float, served: Served, over: "asyncio.Future[None]"
    ) -> None:
        self._wire, self._until, self._served, self._over = wire, until, served, over
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.monotonic()
        self._transport.write(self._wire)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not is_whole(self._answer):
            return
        assert self._answer.startswith(b"HTTP/1.1 200"), self._answer
        self._answer, now = b"", time.monotonic()
        self._served.times.append(now)
        self._served.seconds.append(now - self._sent)
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._over.done():
            self._over.set_result(None)


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


async def load(url: str, wire: bytes, connections: int, seconds: float) -> Served:
    """Send for some seconds on some connections at once."""
    loop, served, until, target = (
        asyncio.get_running_loop(),
        Served(),
        time.monotonic() + seconds,
        urlsplit(url),
    )
    ends = []
    for _ in range(connections):
        over = loop.create_future()
        ends.append(over)
        await loop.create_connection(
            lambda over=over: _Connection(wire, until, served, over),
            target.hostname,
            target.port,  # type: ignore[misc]
        )
    await asyncio.gather(*ends)
    return served
