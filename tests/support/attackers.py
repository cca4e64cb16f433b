"""Hostile clients on loopback: many connections that send something, then nothing, and return when
closed.
"""

import contextlib
import resource
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Self

from tests.support.ports import LOOPBACK

AGAIN_SECONDS = 1.0


class Attackers:
    """``count`` connections, from the beginning of ``with`` to its end.

    ``payload`` is what each of them sends, made when it connects.
    """

    def __init__(self, port: int, count: int, payload: Callable[[], bytes]) -> None:
        self._address = (LOOPBACK, port)
        self._count = count
        self._payload = payload
        self._selector = selectors.DefaultSelector()
        self._due: deque[float] = deque([0.0] * count)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="attackers", daemon=True)
        # The first bytes of each answer.
        self.answers: list[bytes] = []

    def __enter__(self) -> Self:
        allow_descriptors(self._count + 200)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)

    @property
    def standing(self) -> int:
        """Return how many connections there are now."""
        return len(self._selector.get_map())

    def _run(self) -> None:
        while not self._ending.is_set():
            while self._due and self._due[0] <= time.monotonic():
                self._due.popleft()
                self._connect()
            for key, events in self._selector.select(0.1):
                self._serve(key, events)
        for key in list(self._selector.get_map().values()):
            self._close(key)
        self._selector.close()

    def _connect(self) -> None:
        stranger = socket.socket()
        stranger.setblocking(False)
        stranger.connect_ex(self._address)
        self._selector.register(
            stranger,
            selectors.EVENT_READ | selectors.EVENT_WRITE,
            deque([memoryview(self._payload())]),
        )

    def _serve(self, key: selectors.SelectorKey, events: int) -> None:
        assert isinstance(key.fileobj, socket.socket)
        try:
            if events & selectors.EVENT_READ:
                self._read(key.fileobj)
            if events & selectors.EVENT_WRITE:
                self._write(key.fileobj, key.data)
        except OSError:
            self._close(key)
            self._due.append(time.monotonic() + AGAIN_SECONDS)

    def _read(self, stranger: socket.socket) -> None:
        answer = stranger.recv(4096)
        if not answer:
            raise ConnectionResetError
        self.answers.append(answer[:12])

    def _write(self, stranger: socket.socket, left: deque[memoryview]) -> None:
        rest = left.pop()
        with contextlib.suppress(BlockingIOError):
            rest = rest[stranger.send(rest) :]
        left.append(rest)
        if not rest:
            self._selector.modify(stranger, selectors.EVENT_READ, left)

    def _close(self, key: selectors.SelectorKey) -> None:
        assert isinstance(key.fileobj, socket.socket)
        self._selector.unregister(key.fileobj)
        key.fileobj.close()


def allow_descriptors(count: int) -> None:
    """Raise this process's own soft limit as far as possible."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
