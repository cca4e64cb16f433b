"""The four services as real processes: their console scripts, with settings only from the
environment.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.ports import LOOPBACK, free_port
from tests.support.processes import Process
from tests.support.waiting import eventually

SERVICES = ("invoice-webhook", "invoice-formatter", "invoice-creator", "invoice-error-sink")
RUNNING = pytest.StashKey[list["Service"]]()
SHOWN_LINES = 12
SHOWN_WIDTH = 600


class Service(Process):
    """One service. Its ports are its own and stay the same when it is started again."""

    def __init__(
        self, script: str, settings: Mapping[str, str], directory: Path, within: Sequence[str] = ()
    ) -> None:
        self.ops_port = free_port()
        self.webhook_port = free_port()
        ports = {
            "OPS_PORT": str(self.ops_port),
            "WEBHOOK_PORT": str(self.webhook_port),
            "BIND_HOST": LOOPBACK,
        }
        super().__init__(
            f"{script}-{self.ops_port}",
            [*within, str(Path(sys.executable).with_name(script))],
            env={"PATH": os.environ["PATH"], **ports, **settings},
            directory=directory,
        )

    @property
    def ops_url(self) -> str:
        """Return the base of ``/livez``, ``/readyz`` and ``/metrics``."""
        return f"http://{LOOPBACK}:{self.ops_port}"

    def ask(self, path: str) -> tuple[int, str]:
        """GET a path of the ops port: status and body; status 0 while nothing listens there."""
        try:
            with urllib.request.urlopen(f"{self.ops_url}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_ready(self) -> bool:
        """Whether ``/readyz`` says that it can do its work."""
        return self.ask("/readyz")[0] == 200

    def wait_until_ready(self, timeout: float = 60) -> None:
        """Wait for ``/readyz``; fail at once if the process ends instead."""
        eventually(lambda: self.is_ready() or not self.is_running(), timeout)
        assert self.is_running(), f"{self.name} ended with {self.wait(1)} instead of becoming ready"


class StartService(Protocol):
    """Starts a console script; ``within`` is a command that runs it, e.g. with a lower limit."""

    def __call__(
        self, script: str, settings: Mapping[str, str], within: Sequence[str] = ()
    ) -> Service: ...


@pytest.fixture
def start_service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartService]:
    """Return a function that starts a service by its console script.

    All of them end with the test; what they printed is shown if it fails.
    """
    started: list[Service] = []
    request.node.stash[RUNNING] = started

    def start(script: str, settings: Mapping[str, str], within: Sequence[str] = ()) -> Service:
        service = Service(script, settings, tmp_path, within)
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop(grace=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the services printed to the report of a failed test."""
    report = yield
    if report.failed:
        for service in item.stash.get(RUNNING, []):
            report.sections.append((f"{service.name} printed", what_matters(service.output())))
    return report


def what_matters(output: str) -> str:
    """Return the last lines above plain information, each cut; the whole log is in the test's
    ``tmp_path``.
    """
    lines = [line[:SHOWN_WIDTH] for line in output.splitlines() if '"level":"info"' not in line]
    return "\n".join(lines[-SHOWN_LINES:])
