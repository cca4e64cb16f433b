"""How many failures per second are archived, compared to consuming, compressing and putting them?

Both read one topic of failures that is filled already, 500 to an object, and commit after each put.
"""

import sys
import time
import uuid

from bench.peers.install import ROOT
from bench.report import OURS, Goal, Measures, Report, in_turns, publish
from bench.spent import cpu_seconds
from bench.surroundings import AS_DEPLOYED, Surroundings, surroundings
from invoice_shared import serde
from invoice_simulators.parts.processes import ProcessGroup
from invoice_simulators.parts.s3 import ENVIRONMENT, create_bucket, start_s3
from tests.builders import failure
from tests.support.services import Service
from tests.support.waiting import eventually

FAILURES = 24_000
ROUNDS = 3
# The share of the failures between which is measured: neither the start nor the last, unfilled
# objects.
FIRST, LAST = 0.1, 0.9
PLAIN = "consume, gzip, put"
RATE, CPU = "failures per second", "CPU ms per failure"
PLAINLY = [sys.executable, "-m", "bench.peers.plain_sink"]


def main() -> None:
    with surroundings() as world, ProcessGroup(world.directory) as group:
        s3 = start_s3(group)
        fill(world)
        rounds = in_turns(
            {OURS: lambda: archived(world, s3, []), PLAIN: lambda: archived(world, s3, PLAINLY)},
            ROUNDS,
        )
    goals = (Goal(RATE, at_least=0.7, compared_to=PLAIN),)
    publish(Report(f"Error sink, {FAILURES:,} failures waiting", rounds, goals), "error_sink")


def fill(world: Surroundings) -> None:
    """Put failures on the topic, each with the record that it is about."""
    text = serde.to_bytes(failure(original={"key": "k", "headers": (), "value": "x" * 2_000}))
    ours = failure().invoice_id or ""
    records = [
        (key, text.replace(ours.encode(), key.encode()))
        for key in map(str, (uuid.uuid4() for _ in range(FAILURES)))
    ]
    world.topics.produce("invoice-errors", records)


def archived(world: Surroundings, s3: str, within: list[str]) -> Measures:
    """Let a sink with a group and a bucket of its own work through the topic."""
    bucket = f"errors-{uuid.uuid4().hex[:8]}"
    create_bucket(s3, bucket)
    changes = (
        AS_DEPLOYED
        | ENVIRONMENT
        | {
            "KAFKA_CONSUMER_GROUP": world.topics.group(bucket),
            "AWS_ENDPOINT_URL_S3": s3,
            "LOG_ERRORS_BUCKET_NAME_S3": bucket,
            "PYTHONPATH": str(ROOT),
        }
    )
    service = world.start("invoice-error-sink", changes, within=within)
    found = measured(world, service, bucket)
    service.stop()
    return found


def measured(world: Surroundings, service: Service, group: str) -> Measures:
    seen = [at_share(world, service, group, share) for share in (FIRST, LAST)]
    (done, began, spent), (all_done, ended, all_spent) = seen
    return {
        RATE: (all_done - done) / (ended - began),
        CPU: (all_spent - spent) * 1000 / (all_done - done),
    }


def at_share(
    world: Surroundings, service: Service, group: str, share: float
) -> tuple[int, float, float]:
    """Wait until so many are committed; return how many, when, and the CPU seconds until then."""

    def look() -> tuple[int, float, float] | None:
        done = world.topics.committed(group, "invoice-errors")
        return (
            (done, time.monotonic(), cpu_seconds(service.pid)) if done >= share * FAILURES else None
        )

    found = eventually(look, timeout=180, every=0.05)
    assert found is not None
    return found


if __name__ == "__main__":
    main()
