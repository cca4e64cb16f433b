"""A connector that runs already, e.g. in a cluster, as the demo's world: nothing is started."""

import time
import urllib.error
import urllib.request
from pathlib import Path

from invoice_cli.demo.delivery import opener_for
from invoice_cli.demo.world import World
from invoice_shared.serde import loads
from invoice_shared.settings import KafkaSettings, load
from invoice_simulators.parts.processes import NotReadyError, pause

# A cluster may have to pull every image first.
DEADLINE_SECONDS = 600.0
PAUSE_SECONDS = 2.0


def read_world(path: Path) -> World:
    """Read a JSON file with ``webhook_url``, ``s3_url`` and ``systems``.

    Kafka's address comes from the environment.
    """
    tree, kafka = loads(path.read_bytes()), load(KafkaSettings)
    return World(
        kafka.kafka_bootstrap_servers,
        tree["s3_url"],
        tree["systems"],
        tree["webhook_url"],
        {},
        kafka,
    )


def wait_until_up(world: World) -> None:
    """Return when the ingress and the simulated systems answer, whatever they answer.

    Raises ``NotReadyError``.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    for url in (world.webhook_url, *(system["url"] for system in world.systems.values())):
        while not _answers(url):
            if time.monotonic() > deadline:
                raise NotReadyError(f"{url} does not answer")
            pause(PAUSE_SECONDS)


def _answers(url: str) -> bool:
    try:
        opener_for(url).open(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True
