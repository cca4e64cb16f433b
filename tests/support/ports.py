"""TCP ports on loopback: a free one, and whether a process listens."""

import socket

from invoice_simulators.parts.processes import free_port

__all__ = ["LOOPBACK", "free_port", "is_listening"]

LOOPBACK = "127.0.0.1"


def is_listening(port: int) -> bool:
    """Whether a process accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
