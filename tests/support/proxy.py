"""A TCP proxy on loopback that can refuse, reset or stall: an outage of the target on command."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from tests.support.ports import LOOPBACK, free_port

Result = TypeVar("Result")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards to ``target``, a port on loopback, until told otherwise; ``allow`` ends any outage.

    Its own port stays the same. It runs an event loop in its own thread; the methods are for the
    test's thread.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._resetting = False
        self._losing = False

    @property
    def url(self) -> str:
        """Return its address, for HTTP."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self.allow()
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def allow(self) -> None:
        """Forward everything."""
        self._run(self._open(flowing=True, resetting=False))

    def refuse(self) -> None:
        """Refuse new connections, and drop the open ones."""
        self._run(self._shut())

    def reset(self) -> None:
        """Accept connections and reset them; reset the open ones."""
        self._run(self._open(flowing=True, resetting=True))

    def stall(self) -> None:
        """Accept connections and bytes, but pass none on in either direction."""
        self._run(self._open(flowing=False, resetting=False))

    def lose_answers(self) -> None:
        """Pass requests on; reset the connection instead of passing the answer back."""
        self._run(self._open(flowing=True, resetting=False, losing=True))

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self, *, flowing: bool, resetting: bool, losing: bool = False) -> None:
        self._resetting = resetting
        self._losing = losing
        if resetting:
            self._drop_all()
        self._flowing.set() if flowing else self._flowing.clear()
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)

    async def _shut(self) -> None:
        if self._server is not None:
            for listening in self._server.sockets:
                self._loop.remove_reader(listening)
            await asyncio.sleep(
                0
            )  # asyncio leaks a connection that is accepted but not yet set up when it closes
            self._server.close()
            self._server = None
        self._drop_all()
        await asyncio.sleep(0)

    async def _end(self) -> None:
        await self._shut()
        while left := asyncio.all_tasks() - {
            asyncio.current_task()
        }:  # a connection may be half set up
            self._drop_all()
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        self._drop_all()
        await asyncio.sleep(0)  # the transports close in the next turn of the loop

    def _drop_all(self) -> None:
        for writer in list(self._connections):
            _abort(writer)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Both are kept here, since the loop has only weak references to a task, and to a connection
        # whose peer has disconnected.
        self._connections.add(writer)
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._resetting:
            _abort(writer)
        else:
            await self._flowing.wait()
            await self._forward(reader, writer)
        await self._closed(writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            _abort(writer)
            return
        self._connections.add(there_writer)
        await asyncio.gather(
            self._pump(reader, there_writer, lambda: True),
            self._pump(there_reader, writer, lambda: not self._losing),
        )

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: Callable[[], bool]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._flowing.wait()
                if not passes():
                    _abort(sink)
                    break
                sink.write(data)
                await sink.drain()
        await self._closed(sink)

    async def _closed(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self._connections.discard(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
