"""``invoices web`` as a process: how it starts, ends, and continues without its broker."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from invoice_shared.serde import to_bytes
from tests.builders import failure, outcome
from tests.support.page import INVOICES, PASSWORD, Page
from tests.support.ports import LOOPBACK, free_port
from tests.support.proxy import Proxy
from tests.support.topics import Topics
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

FAILED = failure(failure_id="ab" * 32)


OpenPage = Callable[[dict[str, str]], Page]


@pytest.fixture
def open_page(topics: Topics, tmp_path: Path) -> Iterator[OpenPage]:
    """Return a function that starts the page with one failure; all processes end with the test."""
    entry = outcome(outcome="failed", failure_id=FAILED.failure_id, settled_at=FAILED.failed_at)
    topics.produce("invoice-errors", [(FAILED.invoice_id, to_bytes(FAILED))])
    topics.produce("invoice-outcomes", [(FAILED.invoice_id, to_bytes(entry))])
    started: list[Page] = []

    def start(settings: dict[str, str]) -> Page:
        page = Page(topics.settings | settings, tmp_path)
        started.append(page)
        page.start()
        return page

    yield start
    for page in started:
        page.process.stop()


def test_it_is_not_ready_while_its_password_cannot_be_read(
    open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    page = open_page({"CONSOLE_PASSWORD": "", "CONSOLE_PASSWORD_FILE": str(file)})
    eventually(lambda: page.status("/readyz") == 200)

    file.unlink()
    assert page.status("/readyz") == 503

    file.write_text(PASSWORD)
    assert page.status("/readyz") == 200
    assert page.log_in() == 200


def test_it_starts_follows_the_topics_and_ends_cleanly(open_page: OpenPage, topics: Topics) -> None:
    page = open_page({})
    eventually(lambda: page.status("/readyz") == 200)
    assert page.log_in() == 200
    eventually(lambda: page.ask("/")[1]["open"]["count"] == 1)

    more = failure(failure_id="cd" * 32, invoice_id="another")
    topics.produce("invoice-errors", [("another", to_bytes(more))])
    eventually(lambda: page.ask("/failures")[1]["count"] == 2)
    eventually(lambda: [row["kind"] for row in page.ask("/audit")[1]["rows"]] == ["login"])

    assert page.process.terminate(20) == 0
    assert "Traceback" not in page.process.output()


def test_without_its_broker_it_shows_the_last_state_even_after_a_restart(
    open_page: OpenPage, topics: Topics
) -> None:
    _host, port = topics.bootstrap_servers.split(":")
    with Proxy(int(port)) as proxy:
        page = open_page({"KAFKA_BOOTSTRAP_SERVERS": f"{LOOPBACK}:{proxy.port}"})
        eventually(lambda: page.status("/readyz") == 200)
        page.log_in()
        proxy.refuse()  # each reading connects again
        eventually(lambda: page.status("/readyz") == 503, timeout=90)

        assert page.ask("/")[1]["open"]["count"] == 1
        assert page.ask(f"/failures/{FAILED.failure_id}")[1]["unread"] is not None
        assert page.post("/destinations/netsuite/pause", why="x")[0] == 503
        page.process.kill()
        page.process.start()
        eventually(lambda: page.ask("/login")[0] == 200)
        status, facts = page.ask("/")
        assert (status, facts["open"]["count"]) == (200, 1)
        assert facts["age_seconds"] > 0

        proxy.allow()
        eventually(lambda: page.status("/readyz") == 200, timeout=90)
        assert page.post("/destinations/netsuite/pause", why="x")[0] == 200


def test_a_page_that_nobody_could_use_reports_it_and_ends(topics: Topics) -> None:
    done = subprocess.run(
        [INVOICES, "web"],
        env=topics.settings,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert "CONSOLE_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def test_people_can_log_in_and_it_ends_cleanly_even_without_a_broker(tmp_path: Path) -> None:
    page = Page({"KAFKA_BOOTSTRAP_SERVERS": f"{LOOPBACK}:{free_port()}"}, tmp_path)
    try:
        page.start()
        page.look("/login")
        assert page.post("/login", name="kim", password=PASSWORD)[0] == 200
        assert page.ask("/")[0] == 503
        assert page.status("/readyz") == 503
        assert page.process.terminate(25) == 0
    finally:
        page.process.stop()
