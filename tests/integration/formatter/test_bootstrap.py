"""Bootstrap addresses that accept a connection and never answer."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.integration.formatter.world import World, metronome_invoice
from tests.support.ports import LOOPBACK
from tests.support.services import StartService
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker

# The client tries them in its own order: with this many it rarely begins with the one that answers.
SILENT = 8


@pytest.fixture
def silent() -> Iterator[list[str]]:
    """Return addresses at which the kernel accepts and nobody reads."""
    with ExitStack() as opened:
        servers = [opened.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(SILENT)]
        yield [f"{LOOPBACK}:{server.getsockname()[1]}" for server in servers]


def test_a_formatter_starts_with_the_address_that_answers(
    world: World, start_service: StartService, silent: list[str]
) -> None:
    addresses = ",".join([*silent, world.topics.bootstrap_servers])
    world.seed([metronome_invoice("invoice-1")])

    service = start_service("invoice-formatter", world.settings(KAFKA_BOOTSTRAP_SERVERS=addresses))

    service.wait_until_ready(timeout=60)  # each silent address used to cost half a minute or more
    assert eventually(world.ends, timeout=30) == {"invoice-1": "formatted"}


def test_it_is_reported_if_no_address_answers(
    world: World, start_service: StartService, silent: list[str]
) -> None:
    service = start_service(
        "invoice-formatter", world.settings(KAFKA_BOOTSTRAP_SERVERS=",".join(silent))
    )

    eventually(lambda: "does not answer" in service.ask("/readyz")[1], timeout=60)

    assert service.ask("/livez")[0] == 200
