"""The end of a call that takes too long: ``requests`` bounds the silence between two bytes, not the
call.

One thread, the reaper, shuts the socket of each call that outlives its time, whatever it waits for:
the handshake, headers or a body that drip, a request that the other system does not read. Only name
resolution is out of its reach; the resolver has bounds of its own.
"""

import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from urllib3.util.ssltransport import SSLTransport

AnySocket = socket.socket | SSLTransport


class Call:
    """One call on its way.

    Its own thread names each socket that it uses; ``cut`` comes from the reaper's.

    ``has_connected``: it had no connection of an earlier call to use, or that one was closed.
    """

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.is_cut = False
        self.has_connected = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def seconds_left(self) -> float:
        """Return the seconds until the call is cut, at least 0."""
        return max(0.0, self.ends_at - time.monotonic())

    def uses(self, sock: AnySocket) -> None:
        """Note the socket that the call waits for from now on."""
        # A handle of our own: the number of the original may belong to another connection once it
        # is closed.
        handle = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._release()
            self._handle = handle
            if self.is_cut:
                _shut(handle)

    def cut(self) -> None:
        """Wake whoever waits for the socket: reading it ends, writing to it fails."""
        with self._lock:
            self.is_cut = True
            if self._handle is not None:
                _shut(self._handle)

    def close(self) -> None:
        """Let go of the socket, which may serve the next call."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
        self._handle = None


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # the other system has closed it already
        handle.shutdown(socket.SHUT_RDWR)


class Reaper:
    """Thread-safe; its thread starts with the first call."""

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._wakes_at = math.inf
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._serving = threading.local()

    @contextmanager
    def watching(self, seconds: float) -> Iterator[Call]:
        """Cut the call that the caller's thread makes inside, once ``seconds`` have passed."""
        call = Call(seconds)
        self._serving.call = call
        self._add(call)
        try:
            yield call
        finally:
            with self._changed:
                self._calls.discard(call)
            self._serving.call = None
            call.close()

    def call_of_this_thread(self) -> Call | None:
        """Return the call that the caller's thread is making."""
        found: Call | None = getattr(self._serving, "call", None)
        return found

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
