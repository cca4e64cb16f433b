"""Raw connections to the ingress: requests that no HTTP client would send, and when each connection
ends.
"""

import socket
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Self

from invoice_simulators.metronome.webhooks import signed_request
from tests.support.ports import LOOPBACK

PATH = "/webhooks/metronome"
SECRET = "a-secret-of-sixteen-or-more"
# For an answer; two busy cores are slow.
PATIENCE = 30.0


class RawClient:
    """One connection; knows what it was answered, and after how long it was closed."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=PATIENCE)
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, *portions: bytes) -> Self:
        """Send, and continue."""
        for portion in portions:
            self._socket.sendall(portion)
        return self

    def send_no_more(self) -> Self:
        """Close our direction of the connection."""
        self._socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self) -> tuple[int, dict[str, str]]:
        """Wait for the next answer; return its status and headers, their names in lower case."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self._socket.recv(1)
            assert byte, f"closed without an answer, after {head!r}"
            head += byte
        status, *lines = head.decode().strip().splitlines()
        return int(status.split()[1]), {
            name.lower(): text for name, _, text in (line.partition(": ") for line in lines)
        }

    def is_open(self) -> bool:
        """Whether the server has not closed it yet. What it sent is discarded."""
        self._socket.setblocking(False)
        try:
            while self._socket.recv(4096):
                pass
        except BlockingIOError:
            return True
        except ConnectionResetError:
            pass
        finally:
            self._socket.settimeout(PATIENCE)
        return False

    def seconds_until_closed(self, timeout: float) -> float:
        """Wait until the server closes it, and return the seconds since it was opened."""
        self._socket.settimeout(timeout)
        try:
            while self._socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        return time.monotonic() - self._since


def head(headers: Mapping[str, object], method: str = "POST", path: str = PATH) -> bytes:
    """Return the head of a request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: x",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def signed(
    event: Mapping[str, object] | bytes, without: Iterable[str] = (), **changes: str | int
) -> tuple[bytes, bytes]:
    """Return head and body of a signed delivery.

    ``changes`` are other headers, ``without`` names those to leave out.
    """
    headers, body = signed_request(event, SECRET, datetime.now(UTC))
    given = (
        {"Content-Length": len(body)}
        | headers
        | {name.replace("_", "-"): each for name, each in changes.items()}
    )
    return head({name: value for name, value in given.items() if name not in without}), body


def stalled(length: int) -> bytes:
    """Return a request that looks signed, without the last byte of its body."""
    claimed = {"Metronome-Webhook-Signature": "a" * 64, "Content-Length": length}
    headers, _ = signed_request(b"", SECRET, datetime.now(UTC))
    return head(headers | claimed) + b"x" * (length - 1)
