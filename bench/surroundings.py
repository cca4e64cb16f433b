"""What a program measures in: a broker, topics, the simulated systems and services as processes of
their own.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.broker import Broker, choose_broker
from tests.support.outside import Outside
from tests.support.processes import Process
from tests.support.services import Service
from tests.support.topics import Topics
from tests.support.waiting import eventually

# As k8s/base/settings.env has it; everything that is logged is written.
AS_DEPLOYED = {"LOG_LEVEL": "INFO", "LOG_FORMAT": "json"}


@dataclass
class Surroundings:
    """``start`` starts a service by its console script; everything ends with the program."""

    broker: Broker
    topics: Topics
    outside: Outside
    directory: Path
    services: list[Service] = field(default_factory=list)

    def start(self, script: str, changes: Mapping[str, str], within: Sequence[str] = ()) -> Service:
        """Start a service and wait until it is ready; ``within`` is a command that runs it."""
        group = {"KAFKA_CONSUMER_GROUP": self.topics.group(script), "LOG_LEVEL": "WARNING"}
        settings = {**self.topics.settings, **self.outside.settings, **group, **changes}
        service = Service(script, settings, self.directory, within)
        self.services.append(service)
        service.start()
        service.wait_until_ready()
        return service


@contextmanager
def surroundings(partitions: int = 6) -> Iterator[Surroundings]:
    """Start what every program needs; the topics with so many partitions."""
    with tempfile.TemporaryDirectory(prefix="invoice-bench-") as directory:
        broker = choose_broker()
        systems = simulators(Path(directory))
        try:
            broker.start()
            topics = Topics(broker.bootstrap_servers)
            topics.create(partitions=partitions)
            world = Surroundings(
                broker, topics, Outside(json.loads(announced(systems))), Path(directory)
            )
            try:
                yield world
            finally:
                for service in world.services:
                    service.stop()
        finally:
            systems.stop()
            broker.stop()


def simulators(directory: Path) -> Process:
    """Start Metronome and the providers."""
    command = [str(Path(sys.executable).with_name("invoice-simulators"))]
    return Process("simulators", command, env={}, directory=directory).start()


def announced(systems: Process) -> str:
    """Return the line in which the simulators say where they are."""
    eventually(lambda: "\n" in systems.output(), timeout=30)
    return systems.output().splitlines()[0]
