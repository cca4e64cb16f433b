"""One child process that never outlives the test run, with its output in a file."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it dies (Linux); runs between fork and exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A command in a session of its own; can be started again. The output of all its lives goes to ``log``."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.command = list(command)
        self.env = dict(env)
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; the caller waits for its readiness."""
        if self.is_running():
            raise RuntimeError(f"{self.command[0]} is already running")
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - must happen in the child; it takes no lock
            )
        return self

    def is_running(self) -> bool:
        """Tell whether it lives."""
        return self._child is not None and self._child.poll() is None

    def kill(self) -> None:
        """SIGKILL the whole session and wait for the end."""
        self._signal(signal.SIGKILL)
        self.wait(30)

    def terminate(self, timeout: float = 30) -> int:
        """SIGTERM the process alone and give its exit code; ``subprocess.TimeoutExpired`` if it is too slow."""
        if self._child is not None and self.is_running():
            self._child.terminate()
        return self.wait(timeout)

    def stop(self, grace: float = 10) -> None:
        """End it, politely first. For finalizers: never raises for a process that is slow to go, or gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.terminate(grace)
        self.kill()

    def wait(self, timeout: float) -> int:
        """Wait for the end and give the exit code (negative: the signal's number); 0 if it never was started."""
        return 0 if self._child is None else self._child.wait(timeout)

    def output(self) -> str:
        """Give everything it has printed so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        # Only while our child is not reaped: its process group is surely ours, not a later one with the same number.
        if self._child is not None and self._child.poll() is None:
            os.killpg(self._child.pid, number)
