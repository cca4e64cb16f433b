"""The proxy plays each kind of outage, and works normally afterwards."""

import gc
import http.server
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest

from tests.support.ports import LOOPBACK
from tests.support.proxy import Proxy
from tests.support.waiting import eventually


class Answer(http.server.BaseHTTPRequestHandler):
    paths: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Proxy(server.server_port) as between:
        yield between
    server.shutdown()
    server.server_close()


def status(proxy: Proxy) -> int:
    with urllib.request.urlopen(proxy.url, timeout=1) as answer:
        return int(answer.status)


@pytest.mark.parametrize(
    ("outage", "seen"),
    [
        pytest.param(Proxy.refuse, ConnectionRefusedError, id="refuse"),
        pytest.param(Proxy.reset, ConnectionResetError, id="reset"),
        pytest.param(Proxy.stall, TimeoutError, id="stall"),
        pytest.param(Proxy.lose_answers, ConnectionResetError, id="lose answers"),
    ],
)
def test_an_outage_begins_and_ends_on_command(
    proxy: Proxy, outage: Callable[[Proxy], None], seen: type[OSError]
) -> None:
    assert status(proxy) == 200

    outage(proxy)
    with pytest.raises(OSError) as raised:  # noqa: PT011 - the kind is looked at below, wrapped by urllib or not
        status(proxy)
    proxy.allow()

    assert isinstance(getattr(raised.value, "reason", raised.value), seen)
    assert eventually(lambda: status(proxy) == 200, timeout=10)


def test_a_request_whose_answer_is_lost_has_arrived(proxy: Proxy) -> None:
    proxy.lose_answers()

    with pytest.raises(ConnectionResetError):
        urllib.request.urlopen(f"{proxy.url}/arrived", timeout=5)

    assert Answer.paths.count("/arrived") == 1


@pytest.mark.parametrize("outage", [Proxy.allow, Proxy.stall, Proxy.reset, Proxy.lose_answers])
def test_closing_during_an_outage_leaves_no_connection_open(
    outage: Callable[[Proxy], None],
) -> None:
    """An unclosed socket warns when it is collected, and warnings are errors."""
    with (
        socket.create_server((LOOPBACK, 0)) as mute,
        ExitStack() as callers,
        Proxy(mute.getsockname()[1]) as proxy,
    ):
        outage(proxy)
        for number in range(30):
            caller = callers.enter_context(socket.create_connection((LOOPBACK, proxy.port)))
            if number % 2 == 0:
                caller.close()

    gc.collect()


def test_a_wait_shows_the_last_answer_when_the_deadline_passes() -> None:
    with pytest.raises(AssertionError, match=r"the last answer was \[\]"):
        eventually(list, timeout=0.05, every=0.01)
