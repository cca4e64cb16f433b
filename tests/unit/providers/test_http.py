"""A request that may have arrived never counts as unsent, and a failure keeps no secret of an
answer.
"""

import socket
import threading

import pytest

from invoice_providers.http import Anonymous, Bearer, Http
from invoice_shared.answer import Answer
from invoice_shared.errors import CredentialsRefused, Unavailable, Uncertain, Unreachable
from invoice_shared.failure import PROVIDER_BODY_LIMIT
from invoice_shared.outgoing.outgoing import Reach
from tests.support.ports import LOOPBACK


def test_a_refused_connection_did_not_arrive() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(Unreachable) as failed:
        Http("NetSuite", Anonymous, Reach(5)).post(f"http://{LOOPBACK}:{port}/", b"{}", {})

    assert failed.value.outage


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


def test_a_look_whose_answer_is_lost_changed_nothing_and_shows_no_outage() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        cut_off = threading.Thread(target=_answer_half, args=(server,))
        cut_off.start()

        with pytest.raises(Unavailable, match="NetSuite gave no answer to a request") as failed:
            Http("NetSuite", Anonymous, Reach(5)).get(f"http://{LOOPBACK}:{port}/", {})
        cut_off.join()

    assert not isinstance(failed.value, Unreachable)
    assert (failed.value.outage, failed.value.refused) == (False, True)


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
    ["a\nb", "\u043a\u043b\u044e\u0447", "a\x00", ""],
    ids=["a line break", "not ASCII", "a control character", "empty"],
)
def test_a_token_that_cannot_be_in_a_header_is_refused_before_the_call(token: str) -> None:
    with pytest.raises(CredentialsRefused):
        Http("Metronome", lambda: Bearer(token), Reach(5)).get(f"http://{LOOPBACK}:1/", {})


def test_a_header_with_a_line_break_is_not_sent() -> None:
    with pytest.raises(ValueError, match="line break"):
        Http("NetSuite", Anonymous, Reach(5)).get(f"http://{LOOPBACK}:1/", {"X": "1\r\nY: 2"})


def test_an_address_is_written_as_the_system_reads_it() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        seen: list[bytes] = []
        answering = threading.Thread(target=_answer_and_note, args=(server, seen))
        answering.start()
        url = f"http://{LOOPBACK}:{server.getsockname()[1]}/a path/ü?q=1"

        assert Http("Metronome", Anonymous, Reach(5)).get(url, {}).status == 204
        answering.join()

    assert seen == [b"GET /a%20path/%C3%BC?q=1 HTTP/1.1"]


def _answer_and_note(server: socket.socket, seen: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        seen.append(connection.recv(65536).partition(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def test_a_failure_keeps_four_kibibytes_of_an_answer() -> None:
    kept = Answer(500, {}, "é".encode() * 10_000).for_the_record().body

    assert len(kept.encode()) <= PROVIDER_BODY_LIMIT
    assert kept.endswith("…[cut]")


def test_a_body_that_is_not_utf8_stays_readable() -> None:
    assert Answer(500, {}, b"\xff!").for_the_record().body == "\ufffd!"
