import sys
from pathlib import Path

import pytest

from tests.support.processes import Process
from tests.support.waiting import eventually

PROGRAM = """
import threading
from invoice_shared.shutdown import Shutdown
shutdown = Shutdown(2)
print("begun", flush=True)
{work}
"""

WORK = {
    "one that ends when asked": "shutdown.requested.wait(); shutdown.complete()",
    "one that hangs": "threading.Event().wait()",
    "one that hangs after it was asked": "shutdown.requested.wait(); threading.Event().wait()",
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_a_process_ends_in_time_with_exit_code_0_even_if_it_hangs(
    tmp_path: Path, work: str
) -> None:
    process = Process(
        "program", [sys.executable, "-c", PROGRAM.format(work=work)], env={}, directory=tmp_path
    ).start()
    eventually(lambda: "begun" in process.output(), timeout=30)

    assert process.terminate(timeout=20) == 0
