"""``invoice-simulators``: run all simulators on loopback until a signal.

Prints one JSON line once they listen: the ``url`` and credentials, e.g. ``api_key``, per system.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from invoice_simulators.control import build_app
from invoice_simulators.metronome import Metronome
from invoice_simulators.netsuite import NetSuite
from invoice_simulators.quickbooks_online import QuickBooksOnline
from invoice_simulators.razorpay import Razorpay
from invoice_simulators.server import SimulatorServer
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import Json, dumps, loads


def simulators() -> dict[str, Simulator[Any]]:
    """Build the systems by name, with their default settings."""
    return {
        "metronome": Metronome(),
        "netsuite": NetSuite(),
        "quickbooks_online": QuickBooksOnline(),
        "razorpay": Razorpay(),
    }


def parse_arguments(arguments: Sequence[str], names: Sequence[str]) -> argparse.Namespace:
    """Parse the command line: a host, a port per system, and changed settings."""
    parser = argparse.ArgumentParser(prog="invoice-simulators", description=__doc__)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SYSTEM.NAME=JSON",
        help="e.g. netsuite.account='\"1_SB1\"'",
    )
    parser.add_argument("--host", default="127.0.0.1")
    for name in names:
        parser.add_argument(
            f"--{name.replace('_', '-')}-port", type=int, default=0, help="default: a free port"
        )
    return parser.parse_args(arguments)


def change_settings(systems: Mapping[str, Simulator[Any]], changes: Sequence[str]) -> None:
    """Apply ``SYSTEM.NAME=JSON``. Raises ``SystemExit`` with a message."""
    for change in changes:
        try:
            place, value = change.split("=", 1)
            system, name = place.split(".", 1)
            systems[system].configure({name: loads(value)})
        except (ValueError, KeyError) as error:
            sys.exit(f"--set {change}: {error}")


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    systems = simulators()
    options = parse_arguments(sys.argv[1:], list(systems))
    change_settings(systems, options.set)
    with ExitStack() as servers:
        announced = start_all(servers, systems, options)
        sys.stdout.buffer.write(dumps(announced) + b"\n")
        sys.stdout.buffer.flush()
        stopping.wait()
    return 0


def start_all(
    servers: ExitStack, systems: Mapping[str, Simulator[Any]], options: argparse.Namespace
) -> Json:
    """Start all systems; return the announcement.

    Raises ``SystemExit`` with a message if a port is taken.
    """
    announced: Json = {}
    for name, system in systems.items():
        port = getattr(options, f"{name}_port")
        try:
            server = servers.enter_context(SimulatorServer(build_app(system), options.host, port))
        except OSError as error:
            sys.exit(f"{name} cannot listen on {options.host}:{port}: {error.strerror}")
        announced[name] = {"url": server.url, **_accepted(system)}
    return announced


def _accepted(system: Simulator[Any]) -> Json:
    """Return the credentials for clients: all settings that are plain text."""
    return {
        name: value for name, value in asdict(system.settings).items() if isinstance(value, str)
    }


if __name__ == "__main__":
    sys.exit(main())
