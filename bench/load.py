"""A load generator that costs little itself: one ready-made request, over and over, on open connections."""

import asyncio
import time
from urllib.parse import urlsplit


def request(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """Give a POST as it goes over the wire."""
    target = urlsplit(url)
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def load(url: str, wire: bytes, connections: int, seconds: float) -> list[float]:
    """Send for so many seconds on so many connections at once; give when each 200 was there."""
    until, done = time.monotonic() + seconds, []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        while time.monotonic() < until:
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            done.append(time.monotonic())
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return done
