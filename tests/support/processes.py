"""A child process that can be killed and started again.

It is one of a ``ProcessGroup``, so it does not outlive the test run.
"""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from invoice_simulators.parts.processes import ProcessGroup


class Process:
    """A command; the output of all its runs goes to ``{name}.log`` in ``directory``."""

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], directory: Path
    ) -> None:
        self.name = name
        self._command = list(command)
        self._env = dict(env)
        self._log = directory / f"{name}.log"
        self._group = ProcessGroup(directory)
        self._pid: int | None = None

    @property
    def pid(self) -> int:
        """Return the process id of its newest run."""
        assert self._pid is not None, f"{self.name} was never started"
        return self._pid

    def start(self) -> Self:
        """Start it; the caller waits for its readiness."""
        assert not self.is_running(), f"{self.name} is already running"
        self._pid = self._group.start(self.name, self._command, self._env)
        return self

    def is_running(self) -> bool:
        """Whether it is running."""
        return self._pid is not None and self._group.exit_code(self._pid) is None

    def kill(self) -> None:
        """Send SIGKILL."""
        self._group.kill(self.pid, signal.SIGKILL, timeout=30)

    def terminate(self, timeout: float) -> int:
        """Send SIGTERM, and return the exit code. Raises ``subprocess.TimeoutExpired`` if it does
        not end in time.
        """
        return self._group.kill(self.pid, signal.SIGTERM, timeout)

    def wait(self, timeout: float) -> int:
        """Wait for its end, and return the exit code, negative for a signal."""
        return self._group.wait(self.pid, timeout)

    def stop(self, grace: float = 10) -> None:
        """End it for good, politely first. For finalizers."""
        self._group.stop_all(grace)

    def output(self) -> str:
        """Return everything that it has printed so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""
