"""Which archived objects can hold the failures of a time. Pure; the layout is the contract's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

KEY = re.compile(
    r"dt=(?P<day>\d{4}-\d\d-\d\d)/hour=(?P<hour>\d\d)/"
    r"(?P<topic>.+)-(?P<partition>\d{5})-(?P<start>\d{20})-(?P<end>\d{20})(?:-[0-9a-f]{8})?\.jsonl\.gz$"
)
HOUR = timedelta(hours=1)
SLACK = timedelta(hours=1)
"""A record's time is its producer's clock: those of a partition need not rise exactly."""


@dataclass(frozen=True, slots=True, order=True)
class ArchivedObject:
    """One object. ``hour`` is the beginning of its first record's hour; later records may be of later hours."""

    topic: str
    partition: int
    start: int
    end: int
    hour: datetime
    key: str


def parse_key(key: str) -> ArchivedObject | None:
    """Read an object's key; ``None`` where it is none of the archive's."""
    if (found := KEY.search(key)) is None:
        return None
    hour = datetime.strptime(f"{found['day']} {found['hour']}", "%Y-%m-%d %H").replace(tzinfo=UTC)
    return ArchivedObject(found["topic"], int(found["partition"]), int(found["start"]), int(found["end"]), hour, key)


def select(keys: Iterable[str], topic: str, since: datetime | None, until: datetime | None) -> list[str]:
    """Choose the objects of a topic that can hold records of the time, in order of partition and offset."""
    objects = sorted(found for key in keys if (found := parse_key(key)) is not None and found.topic == topic)
    chosen: list[str] = []
    for _partition, group in groupby(objects, lambda each: each.partition):
        chosen += _of_partition(list(group), since, until)
    return chosen


def _of_partition(objects: list[ArchivedObject], since: datetime | None, until: datetime | None) -> list[str]:
    # An object ends before its follower begins: it is too old once the follower's first hour was over by then.
    # A follower that began earlier is of an earlier topic of this name, and says nothing.
    old = {
        one.key
        for one, follower in pairwise(objects)
        if since is not None and one.hour <= follower.hour and follower.hour + HOUR + SLACK <= since
    }
    return [each.key for each in objects if each.key not in old and (until is None or each.hour - SLACK < until)]
