"""Embedded processes start, and nothing of them stays behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from invoice_simulators.parts.processes import NotReadyError, ProcessGroup, free_port, pause
from invoice_simulators.parts.s3 import start_s3

SERVE = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
STUBBORN = (
    "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True);"
    " time.sleep(600)"
)


def _is_gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_process_is_ready_once_its_url_answers_and_is_gone_at_the_end(tmp_path: Path) -> None:
    port = free_port()
    with ProcessGroup(tmp_path) as group:
        pid = group.start("web", [*SERVE, str(port)], env={})
        group.wait_until_ready(pid, f"http://127.0.0.1:{port}/")
        assert group.exit_code(pid) is None

    assert _is_gone(pid)


def test_a_process_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    with ProcessGroup(tmp_path) as group:
        pid = group.start(
            "broken", [sys.executable, "-c", "raise SystemExit('no settings')"], env={}
        )
        with pytest.raises(NotReadyError, match="broken ended with 1: no settings"):
            group.wait_until_ready(pid, f"http://127.0.0.1:{free_port()}/")


def test_a_process_gets_only_the_given_environment(tmp_path: Path) -> None:
    with ProcessGroup(tmp_path) as group:
        pid = group.start(
            "env",
            [sys.executable, "-c", "import os; print(dict(os.environ))"],
            env={"A": "1", "LC_ALL": "C"},
        )
        assert group.wait(pid, 30) == 0

    assert group.log_of(pid).read_text().strip() == "{'A': '1', 'LC_ALL': 'C'}"


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    group = ProcessGroup(tmp_path)
    pid = group.start("stubborn", [sys.executable, "-c", STUBBORN], env={})
    group.wait_until(pid, lambda: "up" in group.log_of(pid).read_text())

    group.stop_all(grace=0.2)

    assert group.exit_code(pid) == -signal.SIGKILL


def test_an_exception_stops_all_processes(tmp_path: Path) -> None:
    pids: list[int] = []

    def be_interrupted() -> None:
        with ProcessGroup(tmp_path) as group:
            pids.append(
                group.start(
                    "sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], env={}
                )
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()

    assert [_is_gone(pid) for pid in pids] == [True]


def test_killing_a_process_returns_its_exit_code(tmp_path: Path) -> None:
    with ProcessGroup(tmp_path) as group:
        pid = group.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], env={})

        assert group.kill(pid) == -signal.SIGKILL


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells children that their parent was killed"
)
def test_children_end_even_if_the_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, threading\nfrom invoice_simulators.parts.processes import"
        " ProcessGroup\ngroup ="
        f" ProcessGroup(pathlib.Path({str(tmp_path)!r}))\nprint(group.start('child',"
        " [sys.executable, '-c', 'import time; time.sleep(600)'], env={}),"
        " flush=True)\nthreading.Event().wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    for _ in range(200):
        if _is_gone(child):
            break
        pause(0.05)
    assert _is_gone(child)


def test_the_s3_server_starts_with_its_buckets(tmp_path: Path) -> None:
    boto3 = pytest.importorskip("boto3")
    with ProcessGroup(tmp_path) as group:
        url = start_s3(group, ("invoices",))
        client = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id="x",
            aws_secret_access_key="y",
            region_name="us-east-1",
        )

        assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == ["invoices"]
        client.close()
