"""Which archived objects can hold the failures of a time. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from invoice_shared.archive.object_key import ArchivedObject, parse_key

HOUR = timedelta(hours=1)
# A record's time is its producer's clock: those of a partition need not rise exactly.
SLACK = timedelta(hours=1)


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
