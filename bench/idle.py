"""What does each process cost that has nothing to do: seconds to ready and to its end, CPU,
memory?
"""

import time

from bench.report import Goal, Measures, Report, in_turns, publish
from bench.spent import Spent
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_simulators.parts.processes import ProcessGroup
from invoice_simulators.parts.s3 import ENVIRONMENT, start_s3

SERVICES = ("invoice-webhook", "invoice-formatter", "invoice-creator", "invoice-error-sink")
BUCKET = "errors"
SETTLE_SECONDS, SECONDS = 3.0, 15.0
ROUNDS = 2
GOALS: tuple[Goal, ...] = ()


def main() -> None:
    with surroundings() as world, ProcessGroup(world.directory) as group:
        s3 = {
            "AWS_ENDPOINT_URL_S3": start_s3(group, (BUCKET,)),
            "LOG_ERRORS_BUCKET_NAME_S3": BUCKET,
        }
        players = {name: lambda name=name: idle(world, name, ENVIRONMENT | s3) for name in SERVICES}  # type: ignore[misc]
        publish(Report("Idle processes", in_turns(players, ROUNDS), GOALS), "idle")


def idle(world: Surroundings, name: str, more: dict[str, str]) -> Measures:
    """Start a service, let it be, and end it."""
    began = time.monotonic()
    service = world.start(name, AS_DEPLOYED | more)
    ready = time.monotonic() - began
    time.sleep(SETTLE_SECONDS)
    before = Spent.by(service.pid)
    time.sleep(SECONDS)
    after, began = Spent.by(service.pid), time.monotonic()
    service.terminate(60)
    return {
        "seconds to ready": ready,
        "idle CPU, % of a core": (after.cpu_seconds - before.cpu_seconds) * 100 / SECONDS,
        "resident MiB": after.resident,
        "seconds from SIGTERM to the end": time.monotonic() - began,
    }


if __name__ == "__main__":
    main()
