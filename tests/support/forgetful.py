"""A gateway that silently forgets an idle connection, and answers the next packet on it with a
reset.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.ports import LOOPBACK

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Forgetful:
    """Answers the first request of each connection, and resets it at the second."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        self.connections = 0

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                threading.Thread(target=_answer_once, args=(connection,)).start()


def _answer_once(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        connection.settimeout(5)
        connection.recv(65536)
        connection.sendall(ANSWER)
        if connection.recv(65536):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


@pytest.fixture
def forgetful() -> Iterator[Forgetful]:
    with socket.create_server((LOOPBACK, 0)) as listening:
        server = Forgetful(listening)
        thread = threading.Thread(target=server.serve)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
