"""Build and parse the keys of archived objects. Pure.

A key depends on the records alone, not on a clock.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from invoice_shared.record import Record

SUFFIX = ".jsonl.gz"
# Hex digits of the lines' SHA-256 that distinguish two objects with the same offsets.
DIGEST_DIGITS = 8
KEY = re.compile(
    r"dt=(?P<day>\d{4}-\d\d-\d\d)/hour=(?P<hour>\d\d)/"
    r"(?P<topic>.+)-(?P<partition>\d{5})-(?P<start>\d{20})-(?P<end>\d{20})"
    rf"(?:-[0-9a-f]{{{DIGEST_DIGITS}}})?{re.escape(SUFFIX)}$",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class ArchivedObject:
    """The parts of a key. ``end`` is inclusive.

    ``hour`` is the hour of its first record; later records may be from later hours.
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
    """Return the key of the object with the records from ``first`` to offset ``end``, inclusive.

    ``distinguished_by`` are its uncompressed lines if an object of other records has the same key.
    That happens after a topic was recreated and its offsets started over.
    """
    digest = "" if distinguished_by is None else f"-{_digest(distinguished_by)}"
    return f"{start_prefix(prefix, first)}{end:020d}{digest}{SUFFIX}"


def start_prefix(prefix: str, first: Record) -> str:
    """Return the prefix shared by all objects that start at ``first``."""
    return f"{hour_prefix(prefix, first)}{first.offset:020d}-"


def hour_prefix(prefix: str, first: Record) -> str:
    """Return the prefix shared by all objects of the partition and hour of ``first``."""
    hour = f"{prefix}dt={first.time:%Y-%m-%d}/hour={first.time:%H}/"
    return f"{hour}{first.topic}-{first.partition:05d}-"


def parse_key(key: str) -> ArchivedObject | None:
    """Parse a key; return ``None`` if the archive did not write it."""
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
