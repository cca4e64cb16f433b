"""The program of the embedded broker, on a machine that has never started it."""

import subprocess
import sys
from pathlib import Path

TOGETHER = 12
START = """
import subprocess
from invoice_simulators.parts.broker import broker_program
subprocess.run([broker_program(), "--version"], check=True, capture_output=True)
"""


def test_several_processes_can_start_it_first_at_the_same_time(tmp_path: Path) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", START], env={"HOME": str(tmp_path)})
        for _ in range(TOGETHER)
    ]

    assert [each.wait(60) for each in starts] == [0] * TOGETHER
