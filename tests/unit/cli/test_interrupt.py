"""Ctrl-C and SIGTERM, really sent, to a separate process."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import sys, time
from invoice_cli.interrupt import Interrupt, give_up

interrupt = Interrupt({insisted})
print("ready", flush=True)
try:
    {work}
except KeyboardInterrupt:
    print("gave up", flush=True)
print("stopped" if interrupt.is_set() else "not asked", flush=True)
"""
FOR_EVER = """
    interrupt.wait(60)
    print("asked", flush=True)
    while True:
        interrupt.wait(60)
"""


def start(work: str, insisted: str = "") -> subprocess.Popen[str]:
    program = PROGRAM.format(insisted=insisted, work=work)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting_and_raises_nothing(number: signal.Signals) -> None:
    process = start("interrupt.wait(60)")

    process.send_signal(number)

    assert process.communicate(timeout=30)[0] == "stopped\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_interrupts_code_that_does_not_check(number: signal.Signals) -> None:
    process = start(FOR_EVER, "give_up")

    process.send_signal(number)
    assert process.stdout is not None
    assert process.stdout.readline() == "asked\n"
    process.send_signal(number)

    assert process.communicate(timeout=30)[0] == "gave up\nstopped\n"


def test_without_a_signal_the_waiting_ends_after_its_time() -> None:
    assert start("interrupt.wait(0.05)").communicate(timeout=30)[0] == "not asked\n"


def test_a_check_between_steps_raises_an_exception() -> None:
    process = start("[interrupt.check() or interrupt.wait(0.05) for _ in iter(int, 1)]")

    process.send_signal(signal.SIGTERM)

    assert process.communicate(timeout=30)[0] == "gave up\nstopped\n"
