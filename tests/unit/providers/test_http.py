"""A request that may have arrived never counts as unsent, and a failure keeps no secret of an
answer.
"""

import socket
import threading
from collections.abc import Iterator

import pytest
import requests
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from invoice_providers.http import Bearer, Http, may_have_arrived
from invoice_shared.answer import Answer
from invoice_shared.errors import CredentialsRefused, Uncertain
from invoice_shared.failure import PROVIDER_BODY_LIMIT
from invoice_shared.outgoing.outgoing import Reach
from tests.support.ports import LOOPBACK

SURELY_UNSENT = {requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError}


def all_kinds(kind: type[requests.RequestException]) -> Iterator[type[requests.RequestException]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from all_kinds(inner)


def test_a_request_may_have_arrived_at_any_error_unless_no_connection_was_made() -> None:
    kinds = set(all_kinds(requests.RequestException)) - {requests.exceptions.JSONDecodeError}

    assert {kind for kind in kinds if not may_have_arrived(kind("why"))} == SURELY_UNSENT


def test_a_refused_connection_did_not_arrive_and_a_broken_one_may_have() -> None:
    pool = HTTPConnectionPool(LOOPBACK)
    refused = MaxRetryError(
        pool, "/", NewConnectionError(HTTPConnection(LOOPBACK), "Connection refused")
    )
    broken = ProtocolError("Connection aborted.", ConnectionResetError())

    assert not may_have_arrived(requests.ConnectionError(refused))
    assert may_have_arrived(requests.ConnectionError(broken))


def test_an_answer_that_breaks_off_is_an_unknown_outcome() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        cut_off = threading.Thread(target=_answer_half, args=(server,))
        cut_off.start()

        with pytest.raises(Uncertain):
            Http("NetSuite", lambda: Bearer("t"), Reach(5)).post(
                f"http://{LOOPBACK}:{port}/", b"{}", {}
            )
        cut_off.join()


def _answer_half(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def test_a_failure_keeps_no_credential() -> None:
    assert (
        Answer(400, {}, b'{"refresh_token":"r1"}').for_the_record().body
        == '{"refresh_token":"[redacted]"}'
    )


@pytest.mark.parametrize(
    "token",
    ["a\nb", "\u043a\u043b\u044e\u0447", "a\x00"],
    ids=["a line break", "not ASCII", "a control character"],
)
def test_a_token_that_cannot_be_in_a_header_is_refused_before_the_call(token: str) -> None:
    with pytest.raises(CredentialsRefused):
        Http("Metronome", lambda: Bearer(token), Reach(5)).get(f"http://{LOOPBACK}:1/", {})


def test_a_failure_keeps_four_kibibytes_of_an_answer() -> None:
    kept = Answer(500, {}, "é".encode() * 10_000).for_the_record().body

    assert len(kept.encode()) <= PROVIDER_BODY_LIMIT
    assert kept.endswith("…[cut]")


def test_a_body_that_is_not_utf8_stays_readable() -> None:
    assert Answer(500, {}, b"\xff!").for_the_record().body == "\ufffd!"
