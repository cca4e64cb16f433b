"""A server that answers each request with the bytes that a test chose, and ends the connection."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from tests.support.ports import LOOPBACK

PATIENCE = 5
END_OF_HEAD = b"\r\n\r\n"


class AnyServer:
    """``answers`` holds the next answers by method and path, or by method; ``answer`` is that to
    every other request.

    ``bodies`` are those of all requests.
    """

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.answer = b""
        self.answers: dict[str, bytes] = {}
        self.bodies: list[bytes] = []
        self.url = f"http://{LOOPBACK}:{server.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until the listening socket is shut."""
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection, suppress(OSError):
                    connection.settimeout(PATIENCE)
                    method, path, body = _read(connection)
                    self.bodies.append(body)
                    answer = self.answers.get(method, self.answer)
                    connection.sendall(self.answers.get(f"{method} {path}", answer))


def _read(connection: socket.socket) -> tuple[str, str, bytes]:
    """Read a whole request; return its method, its path without the query, and its body."""
    got = b""
    while END_OF_HEAD not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(END_OF_HEAD)
    lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    missing = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
    while missing > 0:
        body += (more := connection.recv(65536))
        missing -= len(more)
    method, _, target = head.partition(b" ")
    return method.decode(), target.partition(b" ")[0].partition(b"?")[0].decode(), body


@contextmanager
def any_server() -> Iterator[AnyServer]:
    """Run a server during the block."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        server = AnyServer(listening)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def written(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return an answer as HTTP writes it."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(
        (f"HTTP/1.1 {status} Said", *lines, f"Content-Length: {len(body)}", "Connection: close")
    )
    return head.encode("latin-1") + END_OF_HEAD + (b"" if status == 204 else body)
