"""Limit the duration of connecting: the libraries only limit the time between two bytes.

One thread, the reaper, shuts down the socket of each call that exceeds its time, e.g. during a slow
handshake, or while a proxy answers byte by byte. Only name resolution is not covered; the resolver
has its own limits.
"""

import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Call:
    """One call in progress.

    Its own thread calls ``uses``; the reaper's thread calls ``cut``.
    """

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.is_cut = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def seconds_left(self) -> float:
        """Return the seconds until the call is cut, at least 0."""
        return max(0.0, self.ends_at - time.monotonic())

    def uses(self, sock: socket.socket) -> None:
        """Note the socket that the call uses from now on."""
        # A duplicate, because the original's descriptor may be reused by another connection.
        handle = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._release()
            self._handle = handle
            if self.is_cut:
                _shut(handle)

    def cut(self) -> None:
        """Shut down the socket: reads end and writes fail."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                _shut(self._handle)

    def close(self) -> None:
        """Release the socket, which may serve the next call."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._handle = None


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # the other system has already closed it
        handle.shutdown(socket.SHUT_RDWR)


class Reaper:
    """Cuts calls in time. Thread-safe; its thread starts with the first call."""

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._wakes_at = math.inf
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, seconds: float) -> Iterator[Call]:
        """Cut the call that is made inside, after ``seconds``."""
        call = Call(seconds)
        self._add(call)
        try:
            yield call
        finally:
            with self._changed:
                self._calls.discard(call)
            call.close()

    def _add(self, call: Call) -> None:
        with self._changed:
            self._calls.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="reaper", daemon=True)
                self._thread.start()
            if call.ends_at < self._wakes_at:
                self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while True:
                for call in [call for call in self._calls if not call.seconds_left()]:
                    self._calls.discard(call)
                    call.cut()
                self._wakes_at = min((call.ends_at for call in self._calls), default=math.inf)
                self._changed.wait(
                    max(0.0, self._wakes_at - time.monotonic()) if self._calls else None
                )


REAPER = Reaper()
