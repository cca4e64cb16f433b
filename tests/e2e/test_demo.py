"""``invoices demo`` as a newcomer runs it: by its console script, in an environment with nothing
but PATH.

A company's proxy is also set, which leads to nothing on this machine.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return where the demo keeps its logs; a process that still has a file open there was left
    behind.
    """
    yield tmp_path
    assert left_behind(tmp_path) == []


def left_behind(folder: Path) -> list[str]:
    """Return the processes that have a file below ``folder`` open."""
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(descriptor.readlink()).startswith(str(folder)):
                found.add((descriptor.parents[1] / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it ended while we looked
            continue
    return sorted(found)


DEAD_PROXY = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
INVOICES = str(Path(sys.executable).with_name("invoices"))


def start_demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [INVOICES, "demo", *options]
    env = {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "COLUMNS": "120", **DEAD_PROXY}
    return subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_the_demo_shows_that_the_sums_agree(folder: Path) -> None:
    demo = start_demo(folder, "--invoices", "60")

    output, _ = demo.communicate(timeout=180)

    assert demo.returncode == 0, output
    assert "Nothing is lost, nothing is created twice, and every sum agrees to the cent." in output
    assert "items-not-mapped" in output
    assert list(folder.iterdir()) == [], "files that are not needed after a success"


def test_the_demo_prints_its_result_as_one_json_document(folder: Path) -> None:
    command = [INVOICES, "demo", "--invoices", "20", "--output", "json"]
    env = {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)}

    demo = subprocess.run(
        command, env=env, check=False, capture_output=True, text=True, timeout=180
    )

    result = json.loads(demo.stdout)
    assert (demo.returncode, result["problems"]) == (0, []), demo.stderr
    assert {each["difference"] for each in result["sums"]} == {"0.00"}


def test_a_demo_that_keeps_running_can_be_operated(folder: Path) -> None:
    demo = start_demo(folder, "--invoices", "20", "--keep")
    eventually(lambda: any(folder.glob("*/settings.sh")), timeout=120)
    (settings,) = folder.glob("*/settings.sh")

    check = subprocess.run(
        ["sh", "-c", f". {settings} && {INVOICES} check"],
        env={},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=60)

    assert check.returncode == 0, check.stdout + check.stderr
    assert f". {settings} && {INVOICES} failures" in output
    assert "the page: http://127.0.0.1:" in output


@pytest.mark.parametrize(
    "log", ["simulators.log", "invoice-creator.log"], ids=["while starting", "while working"]
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process(
    folder: Path, log: str, number: signal.Signals
) -> None:
    demo = start_demo(folder)
    eventually(lambda: any(folder.glob(f"*/{log}")), timeout=60)

    demo.send_signal(number)
    output, _ = demo.communicate(timeout=60)

    assert demo.returncode == 1, output
    assert "Traceback" not in output


def test_a_killed_demo_leaves_no_process(folder: Path) -> None:
    demo = start_demo(folder)
    eventually(lambda: any(folder.glob("*/invoice-creator.log")), timeout=60)

    demo.kill()
    demo.communicate(timeout=60)

    eventually(lambda: left_behind(folder) == [], timeout=30)
