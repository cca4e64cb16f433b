"""Select the archived objects that can contain failures of a period. Pure."""

from collections.abc import Iterable
from datetime import datetime

from invoice_operations.selection import CLOCK_SKEW
from invoice_shared.archive.archive import StoredObject
from invoice_shared.archive.object_key import ArchivedObject, parse_key


def select(
    objects: Iterable[StoredObject], topic: str, since: datetime | None, until: datetime | None
) -> list[str]:
    """Return the keys of a topic's objects for the period, by partition and offset."""
    found = ((parse_key(each.key), each.stored_at) for each in objects)
    ours = [
        (parsed, stored_at)
        for parsed, stored_at in found
        if parsed is not None and parsed.topic == topic
    ]
    return [
        parsed.key
        for parsed, stored_at in sorted(ours)
        if _can_hold(parsed, stored_at, since, until)
    ]


def _can_hold(
    archived: ArchivedObject, stored_at: datetime, since: datetime | None, until: datetime | None
) -> bool:
    """Whether the object may contain a failure of the period, despite clock differences.

    All failures were filed before the object was stored. Its first record's time may be wrong: if
    it is later than that, it says nothing about the other records.
    """
    is_old = since is not None and stored_at + CLOCK_SKEW <= since
    is_young = until is not None and until + CLOCK_SKEW <= archived.hour <= stored_at
    return not (is_old or is_young)
