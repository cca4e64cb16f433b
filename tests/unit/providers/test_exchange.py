"""Where an answer ends, what comes before and behind it, and whether its connection is used
again.
"""

import socket
import threading
import time
import zlib
from collections.abc import Sequence

import pytest

from invoice_providers.exchange import NoAnswer, Wire
from invoice_shared.answer import Answer

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\n{}"
PACKED = zlib.compress(b"{}")
SECONDS = 5.0


def asked(parts: Sequence[bytes]) -> tuple[Answer, bool]:
    """Return the answer to a request that these parts answer before the connection closes, and
    whether the connection would be used again.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        wire = Wire(ours)
        speaking = threading.Thread(target=_speak, args=(theirs, parts))
        speaking.start()
        try:
            answer = wire.exchange(REQUEST, time.monotonic() + SECONDS)
            return answer, wire.is_usable()
        finally:
            wire.close()
            speaking.join()


def _speak(theirs: socket.socket, parts: Sequence[bytes]) -> None:
    theirs.recv(65536)
    for part in parts:
        theirs.sendall(part)
    if parts[-1][-1:] not in (b"}", b"\n", PACKED[-1:]):
        theirs.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    ("parts", "status", "body"),
    [
        pytest.param([WHOLE], 200, b"{}", id="of a known length"),
        pytest.param([WHOLE[:20], WHOLE[20:]], 200, b"{}", id="in parts"),
        pytest.param(
            [b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n", WHOLE], 200, b"{}", id="after an interim one"
        ),
        pytest.param([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", id="without a body"),
        pytest.param(
            [OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"],
            200,
            b"{}",
            id="in chunks",
        ),
    ],
)
def test_an_answer_that_says_where_it_ends_leaves_its_connection_open(
    parts: list[bytes], status: int, body: bytes
) -> None:
    answer, is_usable = asked(parts)

    assert (answer.status, answer.body, is_usable) == (status, body, True)
    assert "X" not in answer.headers


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([OK + b"\r\n{}", b" "], id="up to the end of the connection"),
        pytest.param([OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"], id="the last one"),
        pytest.param([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"], id="of an old server"),
        pytest.param([WHOLE + WHOLE], id="before another that nobody asked for"),
    ],
)
def test_an_answer_that_is_the_last_one_closes_its_connection(parts: list[bytes]) -> None:
    answer, is_usable = asked(parts)

    assert (answer.body.strip(), is_usable) == (b"{}", False)


@pytest.mark.parametrize("encoding", ["deflate", "Deflate"])
def test_a_packed_body_is_unpacked(encoding: str) -> None:
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(PACKED)}\r\n\r\n".encode()

    answer, _is_usable = asked([OK + head, PACKED])

    assert answer.body == b"{}"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([OK + b"Content-Length: 3\r\n\r\n{", b"x"], id="cut off"),
        pytest.param(
            [OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{", b"x"], id="a chunk cut off"
        ),
        pytest.param([OK + b"X: 1"], id="headers cut off"),
        pytest.param([b"SSH-2.0-OpenSSH_9\r\n"], id="no HTTP"),
        pytest.param(
            [OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"], id="not packed"
        ),
    ],
)
def test_an_incomplete_answer_is_not_an_answer(parts: list[bytes]) -> None:
    with pytest.raises(NoAnswer):
        asked(parts)


def test_a_connection_that_the_other_system_has_closed_is_not_used() -> None:
    ours, theirs = socket.socketpair()
    wire = Wire(ours)
    assert wire.is_usable()

    theirs.close()

    assert not wire.is_usable()
    wire.close()
