"""Child processes that end with their parent, however it ends."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

# Seconds between SIGTERM and SIGKILL at the end.
GRACE = 10.0

PR_SET_PDEATHSIG = 1
POLL = 0.05


class NotReadyError(Exception):
    """A process ended, or its deadline passed, before it was ready.

    The message quotes the end of its log.
    """


def free_port() -> int:
    """Return a TCP port of loopback that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pause(seconds: float) -> None:
    """Wait between two checks of another process, which cannot notify us."""
    Event().wait(seconds)


class ProcessGroup:
    """Starts processes, each in its own session, and stops all of them on exit.

    Nest groups to stop in order, e.g. services inside the broker that they need for their last
    commit.

    On Linux the kernel kills them even if this process is killed. Start them from a thread that
    stays alive: the kernel treats the end of the starting thread as the end of the parent.
    """

    def __init__(self, log_folder: Path, check: Callable[[], None] = lambda: None) -> None:
        """Keep logs in ``log_folder``.

        ``check`` may end any wait by raising, e.g. ``KeyboardInterrupt``.
        """
        self._log_folder = log_folder
        self._check = check
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._logs: dict[int, Path] = {}

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Start a command with exactly this environment; return its pid.

        Output goes to ``{name}.log``, appended.
        """
        self._log_folder.mkdir(parents=True, exist_ok=True)
        log = self._log_folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
                list(command),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - one system call, no lock is taken
            )
        self._running[process.pid] = process
        self._logs[process.pid] = log
        return process.pid

    def log_of(self, pid: int) -> Path:
        """Return the log file of a process."""
        return self._logs[pid]

    def exit_code(self, pid: int) -> int | None:
        """Return a process's exit code, negative for a signal; null while it runs."""
        return self._running[pid].poll()

    def wait(self, pid: int, timeout: float) -> int:
        """Wait for a process to end by itself; return its exit code.

        Raises ``subprocess.TimeoutExpired``.
        """
        return self._running[pid].wait(timeout)

    def kill(self, pid: int, number: int = signal.SIGKILL, timeout: float = GRACE) -> int:
        """Send a signal to a process and wait for its end; return its exit code.

        Raises ``subprocess.TimeoutExpired``.
        """
        process = self._running[pid]
        if process.poll() is None:
            process.send_signal(number)
        return process.wait(timeout)

    def wait_until_ready(self, pid: int, url: str, timeout: float = 60.0) -> None:
        """Wait until ``url`` answers 200. Raises ``NotReadyError``."""
        opener = build_opener(ProxyHandler({}))

        def answers() -> bool:
            try:
                with opener.open(url, timeout=2) as response:
                    return bool(response.status == 200)
            except (URLError, OSError):
                return False

        self.wait_until(pid, answers, timeout)

    def wait_until(self, pid: int, is_ready: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until ``is_ready`` returns true. Raises ``NotReadyError``."""
        deadline = time.monotonic() + timeout
        while not is_ready():
            self._check()
            if (code := self.exit_code(pid)) is not None:
                raise NotReadyError(
                    f"{self._logs[pid].stem} ended with {code}: {self._end_of_log(pid)}"
                )
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"{self._logs[pid].stem} not ready in {timeout:g} s: {self._end_of_log(pid)}"
                )
            pause(POLL)

    def stop_all(self, grace: float = GRACE) -> None:
        """Stop all processes, newest first: SIGTERM, then SIGKILL, then their sessions."""
        newest_first = list(reversed(self._running.values()))
        for process in newest_first:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + grace
        for process in newest_first:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _kill_session(process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()

    def _end_of_log(self, pid: int) -> str:
        return self._logs[pid].read_text(errors="replace")[-2000:]


def _kill_session(pid: int) -> None:
    """Kill the remaining children of a process."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _die_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork, after which only the call is safe

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before prctl
            os._exit(1)

    return ask_kernel
