"""The command prints one JSON line, then serves until SIGTERM."""

import json
import socket
import subprocess
import sys

import requests

COMMAND = [sys.executable, "-W", "error", "-m", "invoice_simulators"]


def test_all_systems_listen_once_the_line_is_printed_and_end_cleanly_at_sigterm() -> None:
    with subprocess.Popen(
        [*COMMAND, "--set", 'metronome.api_key="k1"'], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        systems = json.loads(process.stdout.readline())
        key = {"Authorization": f"Bearer {systems['metronome']['api_key']}"}
        status = requests.get(
            f"{systems['metronome']['url']}/v1/customers", headers=key, timeout=5
        ).status_code
        process.terminate()
        code = process.wait(30)

    assert (status, code, systems["metronome"]["api_key"]) == (200, 0, "k1")
    assert systems["netsuite"]["account"] == "1234567_SB1"


def test_an_unknown_setting_is_named() -> None:
    done = subprocess.run(
        [*COMMAND, "--set", "netsuite.colour=1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert "unknown settings: colour" in done.stderr


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "--netsuite-port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert done.stderr.startswith(f"netsuite cannot listen on 127.0.0.1:{port}")
    assert "Traceback" not in done.stderr
