"""A company's network: the only way out is a forward proxy, and every certificate is the company's
own.

Only the proxy knows the names of the other systems, so whatever arrives came through it.
"""

import asyncio
import base64
import contextlib
import re
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import trustme

from tests.support.ports import LOOPBACK

Result = TypeVar("Result")
USER = "connector"
PASSWORD = "p@ss/word"
LOGIN = b"Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode())
END_OF_HEAD = b"\r\n\r\n"


class Company:
    """``systems`` are ports on loopback that speak plain HTTP, by the host name that clients use.

    As ``https://`` they are encrypted with a certificate of the company's authority,
    ``ca_location``. ``seen`` holds the first line of each connection to the proxy.
    """

    def __init__(
        self, systems: Mapping[str, int], folder: Path, *, asks_login: bool = False
    ) -> None:
        self.ca_location = folder / "company.pem"
        self.seen: list[str] = []
        self.refuses = False
        self._asks_login = asks_login
        self._systems = dict(systems)
        self._encrypted: dict[str, int] = {}
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(str(self.ca_location))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="company", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def proxy(self) -> str:
        """Return the proxy's address."""
        login = "connector:p%40ss%2Fword@" if self._asks_login else ""
        return f"http://{login}{LOOPBACK}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of a process in this network."""
        return {
            "HTTPS_PROXY": self.proxy,
            "HTTP_PROXY": self.proxy,
            "CA_LOCATION": str(self.ca_location),
        }

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        proxy = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self._servers.append(proxy)
        self.port = proxy.sockets[0].getsockname()[1]
        for name, port in self._systems.items():
            front = await asyncio.start_server(
                self._front(port), LOOPBACK, 0, ssl=self._certificate(name)
            )
            self._servers.append(front)
            self._encrypted[name] = front.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def _certificate(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context

    def _front(self, port: int) -> Any:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._join(writer, port, lambda there: _pump(reader, there))

        return serve

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            head = await reader.readuntil(END_OF_HEAD)
            self.seen.append(head.partition(b"\r\n")[0].decode())
            await self._pass_on(reader, writer, head)
        writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
        if self.refuses or (self._asks_login and LOGIN not in head):
            status = b"403 Forbidden" if self.refuses else b"407 Proxy Authentication Required"
            writer.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close" + END_OF_HEAD
            )
            await writer.drain()
        elif method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connected" + END_OF_HEAD)
            port = self._encrypted[target.partition(":")[0]]
            await self._join(writer, port, lambda there: _pump(reader, there))
        else:
            port = self._systems[urlsplit(target).hostname or ""]
            await self._join(writer, port, lambda there: _pump_requests(reader, there, head))

    async def _join(
        self,
        writer: asyncio.StreamWriter,
        port: int,
        send: Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]],
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, port)
        try:
            await asyncio.gather(send(there_writer), _pump(there_reader, writer))
        except asyncio.CancelledError:  # by ``_close``
            pass
        finally:
            self._tasks.discard(task)
            there_writer.close()
            writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


async def _pump_requests(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, head: bytes
) -> None:
    """Pass on requests with only their path, as a proxy does."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
            sink.write(re.sub(rb" http://[^/ ]+", b" ", head, count=1))
            sink.write(await source.readexactly(int(length[1]) if length else 0))
            await sink.drain()
            head = await source.readuntil(END_OF_HEAD)
    sink.close()
