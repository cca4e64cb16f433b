"""Where a batch lies in the bucket, and what a key says of its object. Pure.

A key is a function of the records alone: no clock.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from invoice_shared.record import Record

SUFFIX = ".jsonl.gz"
# Hex digits of the lines' SHA-256 that tell two objects of one place apart.
DIGEST_DIGITS = 8
KEY = re.compile(
    r"dt=(?P<day>\d{4}-\d\d-\d\d)/hour=(?P<hour>\d\d)/"
    r"(?P<topic>.+)-(?P<partition>\d{5})-(?P<start>\d{20})-(?P<end>\d{20})"
    rf"(?:-[0-9a-f]{{{DIGEST_DIGITS}}})?{re.escape(SUFFIX)}$",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class ArchivedObject:
    """What a key says. ``end`` is inclusive.

    ``hour`` is the beginning of its first record's hour; later records may be of later hours.
    """

    topic: str
    partition: int
    start: int
    end: int
    hour: datetime
    key: str


def object_key(
    prefix: str, first: Record, end: int, *, distinguished_by: bytes | None = None
) -> str:
    """Name the object that holds the records from ``first`` to offset ``end``, inclusive.

    ``distinguished_by`` are its uncompressed lines if an object of other records has the place:
    the topic was made anew, and its offsets start over.
    """
    digest = "" if distinguished_by is None else f"-{_digest(distinguished_by)}"
    return f"{start_prefix(prefix, first)}{end:020d}{digest}{SUFFIX}"


def start_prefix(prefix: str, first: Record) -> str:
    """Return what every object that starts at ``first`` has in common, whatever its end."""
    return f"{hour_prefix(prefix, first)}{first.offset:020d}-"


def hour_prefix(prefix: str, first: Record) -> str:
    """Return what the objects of the partition and the hour of ``first`` have in common."""
    hour = f"{prefix}dt={first.time:%Y-%m-%d}/hour={first.time:%H}/"
    return f"{hour}{first.topic}-{first.partition:05d}-"


def parse_key(key: str) -> ArchivedObject | None:
    """Read a key; ``None`` if it is none of the archive's."""
    if (found := KEY.search(key)) is None:
        return None
    try:
        hour = datetime.strptime(f"{found['day']} {found['hour']}", "%Y-%m-%d %H").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None
    return ArchivedObject(
        found["topic"], int(found["partition"]), int(found["start"]), int(found["end"]), hour, key
    )


def _digest(lines: bytes) -> str:
    return hashlib.sha256(lines).hexdigest()[:DIGEST_DIGITS]
