"""Accept connections up to the limit.

If no descriptors are left, asyncio's own accept loop logs a traceback per try, and accepts nothing
in the meantime.
"""

import asyncio
import resource
import socket
from collections.abc import Callable

from invoice_shared.logs import get_logger
from invoice_shared.repeats import Repeats
from invoice_webhook.connections import Connection, Connections

log = get_logger(__name__)

MAX_CONNECTIONS = 1000
MAX_DESCRIPTORS = 4096
# Descriptors for the brokers, the ops port and files.
RESERVED_DESCRIPTORS = 128
BACKLOG = 1024
# After this many, the open connections are served.
MAX_ACCEPTS_PER_TURN = 64
RETRY_SECONDS = 0.1


class Listener:
    """One port on all addresses of a host. Makes room for each new connection."""

    def __init__(self, connections: Connections, make: Callable[[], Connection]) -> None:
        self._connections = connections
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._repeats = Repeats(self._loop.time)
        self._sockets: list[socket.socket] = []
        self._opening: set[asyncio.Task[object]] = set()

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._sockets[0].getsockname()[1])

    def open(self, host: str, port: int) -> None:
        """Listen. Raises ``OSError`` if the address cannot be opened."""
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            listening = socket.create_server(address[:2], family=family, backlog=BACKLOG)
            listening.settimeout(0)
            self._sockets.append(listening)
        self._resume()

    def close(self) -> None:
        """Accept the clients that are connected already, then stop listening."""
        for listening in self._sockets:
            self._accept(listening)
            self._loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()

    def _resume(self) -> None:
        for listening in self._sockets:
            self._loop.add_reader(listening, self._accept, listening)

    def _pause(self) -> None:
        for listening in self._sockets:
            self._loop.remove_reader(listening)
        self._loop.call_later(RETRY_SECONDS, self._resume)

    def _accept(self, listening: socket.socket) -> None:
        room = self._connections.room() - len(self._opening)
        if room <= 0 and not self._connections.make_room():
            self._pause()
        try:
            for _ in range(min(room, MAX_ACCEPTS_PER_TURN)):
                accepted, _address = listening.accept()
                self._open(accepted)
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            self._cannot_accept(error)

    def _open(self, accepted: socket.socket) -> None:
        opening = self._loop.create_task(self._loop.connect_accepted_socket(self._make, accepted))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def _cannot_accept(self, error: OSError) -> None:
        if (left_out := self._repeats.due("accept")) is not None:
            log.error(
                "connection not accepted",
                why=error.strerror,
                open=len(self._connections),
                repeats=left_out,
            )
        self._connections.make_room()
        self._pause()


def connection_limit() -> int:
    """Raise the soft limit of descriptors, and return how many connections it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAX_DESCRIPTORS)
    if resource.RLIM_INFINITY != soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(1, min(MAX_CONNECTIONS, allowed - RESERVED_DESCRIPTORS))
