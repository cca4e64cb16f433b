"""Unexpected lists of Metronome's: in another order, in another shape, or with a customer in
both.
"""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from invoice_operations.metronome_reader import MetronomeReader
from invoice_operations.rate_limit import RateLimit
from invoice_shared.errors import Rejected, Unavailable
from invoice_shared.settings import MetronomeApiSettings
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
Ask = Callable[..., MetronomeReader]


@pytest.fixture
def answering() -> Iterator[Ask]:
    """Return a reader of a server that has one body per path and repeats it."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: dict[str, Any], status: int = 200) -> MetronomeReader:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(answers.get(self.path.partition("?")[0])).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        clock = FakeClock()
        settings = MetronomeApiSettings(
            metronome_base_url=f"http://{LOOPBACK}:{server.server_address[1]}",
            metronome_api_key=SecretStr("key"),
            http_timeout_seconds=5,
            retry_backoff_max_seconds=1,
        )
        return MetronomeReader(settings, RateLimit(None, clock, clock.advance))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def invoices(*issued: str | None) -> dict[str, Any]:
    return {"/v1/customers/c/invoices": {"data": [{"id": day, "issued_at": day} for day in issued]}}


def test_a_customer_that_is_archived_meanwhile_is_listed_once(answering: Ask) -> None:
    reader = answering({"/v1/customers": {"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}, {}]}})

    assert list(reader.customer_ids()) == ["a", "b"]


def test_a_list_in_another_order_is_read_to_its_end(answering: Ask) -> None:
    reader = answering(
        invoices("2026-02-01T00:00:00Z", "2026-03-02T00:00:00Z", None, "2026-02-03T00:00:00Z")
    )

    assert [each["id"] for each in reader.invoices_since("c", SINCE)] == [
        "2026-03-02T00:00:00Z",
        None,
    ]


def test_an_unreadable_time_is_left_to_the_judgement_of_the_invoice(answering: Ask) -> None:
    assert len(answering(invoices("soon")).invoices_since("c", SINCE)) == 1


@pytest.mark.parametrize(
    "body", [None, [], {}, {"data": None}, {"data": "ab"}, {"data": [None]}], ids=json.dumps
)
def test_an_answer_of_another_shape_is_refused(answering: Ask, body: Any) -> None:
    with pytest.raises(Unavailable, match="/v1/customers is in another shape"):
        list(answering({"/v1/customers": body}).customer_ids())


def test_a_404_to_a_list_is_not_about_an_invoice(answering: Ask) -> None:
    with pytest.raises(Rejected, match=r"not a list \(HTTP 404\). Check METRONOME_BASE_URL"):
        answering({}, status=404).check()
