"""The Kafka broker of the tests: the first in a fixed order that this machine can offer."""

import os
from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.support.kafka_container import ContainerBroker
from tests.support.kafka_embedded import EmbeddedBroker
from tests.support.kafka_jars import JarsBroker

IN_USE = pytest.StashKey[str]()


class Broker(Protocol):
    """A running broker.

    ``kill`` is SIGKILL; ``restart`` starts it again on its port, with its data if ``is_real``.
    """

    name: str
    is_real: bool
    bootstrap_servers: str

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


class ExternalBroker:
    """The broker that ``KAFKA_BOOTSTRAP_SERVERS`` names; the tests must not end it."""

    is_real = True

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.name = f"KAFKA_BOOTSTRAP_SERVERS={bootstrap_servers}"

    def start(self) -> None:
        """Do nothing, since it runs."""

    def stop(self) -> None:
        """Do nothing, since it stays."""

    def kill(self) -> None:
        """Skip the test."""
        pytest.skip(f"{self.name} is not the tests' to kill")

    def restart(self) -> None:
        """Skip the test."""
        pytest.skip(f"{self.name} is not the tests' to restart")


def choose_broker() -> Broker:
    """Return the first that is available: named by the environment, container, jars, embedded."""
    if servers := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return ExternalBroker(servers)
    if ContainerBroker.is_available():
        return ContainerBroker()
    return JarsBroker() if JarsBroker.is_available() else EmbeddedBroker()


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Return one broker for the whole run; it ends with the run, in whatever way the run ends."""
    chosen = choose_broker()
    request.config.stash[IN_USE] = chosen.name
    try:
        chosen.start()
        yield chosen
    finally:
        chosen.stop()


@pytest.fixture(autouse=True)
def _only_on_a_real_broker(request: pytest.FixtureRequest) -> None:
    """Skip a test marked ``real_broker`` by name if only the embedded broker is available."""
    if request.node.get_closest_marker("real_broker") is None:
        return
    chosen: Broker = request.getfixturevalue("broker")
    if not chosen.is_real:
        pytest.skip(f"needs a real Apache Kafka; in use: {chosen.name}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Raise ``pytest.UsageError`` if a test that starts a broker is not marked so: CI selects by
    the marker.
    """
    if "broker" in getattr(item, "fixturenames", ()) and item.get_closest_marker("broker") is None:
        raise pytest.UsageError(f"{item.nodeid} needs a broker: mark it with pytest.mark.broker")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print which broker the results are valid for."""
    name = config.stash.get(IN_USE, None)
    if name is None and config.getoption(
        "numprocesses", None
    ):  # the workers that use it cannot print here
        name = choose_broker().name
    if name:
        terminalreporter.write_line(f"broker: {name}")
