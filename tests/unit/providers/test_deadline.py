"""A call ends in time even if the other system keeps it alive by sending a byte now and then."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from invoice_providers.http import Anonymous, Http
from invoice_shared.errors import CallFailed, Unavailable, Uncertain, Unreachable
from invoice_shared.outgoing.outgoing import Reach
from tests.support.ports import LOOPBACK

LIMIT = 1
PAUSE = 0.1
# Generous, since two cores may be shared by everything. Without a deadline each of these calls
# would take minutes.
MAX_SECONDS = 20

HEAD = b"HTTP/1.1 200 OK\r\n"
GOOD = HEAD + b"Content-Length: 2\r\n\r\n{}"
DRIPS = {
    "headers": (HEAD, b"X-More: more\r\n"),
    "a body of a known length": (HEAD + b"Content-Length: 1000\r\n\r\n", b"x"),
    "a body in chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a body up to the end of the connection": (HEAD + b"\r\n{}", b" "),
}

Serve = Callable[[socket.socket, threading.Event], None]


@contextmanager
def serving(*connections: Serve) -> Iterator[str]:
    """Yield the address of a server that handles its connections in turn, until the test ends."""
    stop = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as server:
        acceptor = threading.Thread(target=_accept, args=(server, connections, stop))
        acceptor.start()
        yield f"{LOOPBACK}:{server.getsockname()[1]}"
        stop.set()
        acceptor.join()


def _accept(server: socket.socket, connections: tuple[Serve, ...], stop: threading.Event) -> None:
    threads = []
    for serve in connections:
        thread = threading.Thread(target=_serve, args=(server.accept()[0], serve, stop))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


def _serve(connection: socket.socket, serve: Serve, stop: threading.Event) -> None:
    with connection:
        serve(connection, stop)


def drip(first: bytes, again: bytes, *, after: bytes = b"") -> Serve:
    """Answer one request after the other: ``after`` complete ones, then ``first`` and ``again`` for
    ever.
    """

    def serve(connection: socket.socket, stop: threading.Event) -> None:
        try:
            if after:
                connection.recv(65536)
                connection.sendall(after)
            connection.recv(65536)
            connection.sendall(first)
            while not stop.wait(PAUSE):
                connection.sendall(again)
        except OSError:  # cut off by the caller, as it should be
            return

    return serve


def answer(connection: socket.socket, _stop: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(GOOD)


def listen_only(connection: socket.socket, stop: threading.Event) -> None:
    """Never read, so that the caller's buffers fill up."""
    stop.wait(MAX_SECONDS)


@pytest.fixture
def http() -> Http:
    return Http("NetSuite", Anonymous, Reach(LIMIT))


@pytest.mark.timeout(MAX_SECONDS)
@pytest.mark.parametrize("dripping", DRIPS.values(), ids=DRIPS)
def test_a_dripping_answer_is_cut_off_and_the_next_call_has_its_own_deadline(
    http: Http, dripping: tuple[bytes, bytes]
) -> None:
    with serving(drip(*dripping), drip(*dripping), answer) as address:
        with pytest.raises(Uncertain):
            http.post(f"http://{address}/", b"{}", {})
        with pytest.raises(Unavailable):
            http.get(f"http://{address}/", {})

        assert http.get(f"http://{address}/", {}).body == b"{}"


@pytest.mark.timeout(MAX_SECONDS)
def test_a_reused_connection_is_cut_off_too(http: Http) -> None:
    with serving(drip(*DRIPS["headers"], after=GOOD)) as address:
        assert http.get(f"http://{address}/", {}).body == b"{}"

        with pytest.raises(Uncertain):
            http.post(f"http://{address}/", b"{}", {})


@pytest.mark.timeout(MAX_SECONDS)
def test_a_dripping_handshake_is_cut_off(http: Http) -> None:
    record_of_16_kib = b"\x16\x03\x03\x40\x00"

    with serving(drip(record_of_16_kib, b"\x00")) as address, pytest.raises(Unavailable):
        http.post(f"https://{address}/", b"{}", {})


@pytest.mark.timeout(MAX_SECONDS)
def test_a_request_that_is_not_read_is_cut_off(http: Http) -> None:
    with serving(listen_only) as address, pytest.raises(Uncertain):
        http.post(f"http://{address}/", b"x" * 50_000_000, {})


@pytest.mark.timeout(MAX_SECONDS)
def test_many_simultaneous_calls_all_end(http: Http) -> None:
    errors: list[CallFailed] = []

    def call(address: str) -> None:
        with pytest.raises(CallFailed) as failed:
            http.get(f"http://{address}/", {})
        errors.append(failed.value)

    with serving(*[drip(*DRIPS["headers"])] * 8) as address:
        callers = [threading.Thread(target=call, args=(address,)) for _ in range(8)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert [type(error) for error in errors] == [Unavailable] * 8


@pytest.mark.timeout(MAX_SECONDS)
def test_a_name_is_tried_at_each_of_its_addresses(http: Http) -> None:
    with serving(answer) as address:
        port = address.rpartition(":")[2]

        assert http.get(f"http://localhost:{port}/", {}).body == b"{}"


def test_a_host_that_does_not_exist_was_never_reached(http: Http) -> None:
    for name in ("nobody.invalid", f"{'x' * 70}.invalid"):
        with pytest.raises(Unavailable) as failed:
            http.post(f"http://{name}/", b"{}", {})
        assert failed.value.outage


@pytest.mark.timeout(MAX_SECONDS)
def test_a_silent_address_takes_seconds_whatever_the_timeout_and_was_never_reached() -> None:
    patient = Http("NetSuite", Anonymous, Reach(10 * MAX_SECONDS))
    with socket.socket() as full, socket.socket() as waiting:
        full.bind((LOOPBACK, 0))
        full.listen(0)
        waiting.connect(
            full.getsockname()
        )  # the only place in the backlog; further connections wait to be accepted

        with pytest.raises(Unreachable) as failed:
            patient.post(f"http://{LOOPBACK}:{full.getsockname()[1]}/", b"{}", {})

    assert failed.value.outage
