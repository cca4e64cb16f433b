"""Where a batch lies in the bucket. Pure, and a function of the records alone: no clock."""

import hashlib

from invoice_shared.record import Record

SUFFIX = ".jsonl.gz"
# Hex digits of the lines' SHA-256 that tell two objects of one place apart.
DIGEST_DIGITS = 8


def object_key(prefix: str, first: Record, end: int, *, distinguished_by: bytes | None = None) -> str:
    """Name the object that holds the records from ``first`` to offset ``end``, inclusive.

    ``distinguished_by`` are its uncompressed lines if an object of other records has the place:
    the topic was made anew, and its offsets start over.
    """
    digest = "" if distinguished_by is None else f"-{_digest(distinguished_by)}"
    return f"{start_prefix(prefix, first)}{end:020d}{digest}{SUFFIX}"


def start_prefix(prefix: str, first: Record) -> str:
    """Return what every object that starts at ``first`` has in common, whatever its end."""
    hour = f"{prefix}dt={first.time:%Y-%m-%d}/hour={first.time:%H}/"
    return f"{hour}{first.topic}-{first.partition:05d}-{first.offset:020d}-"


def end_of(key: str) -> int:
    """Read the inclusive end offset back from a key."""
    parts = key.removesuffix(SUFFIX).split("-")
    return int(parts[-2] if len(parts[-1]) == DIGEST_DIGITS else parts[-1])


def _digest(lines: bytes) -> str:
    return hashlib.sha256(lines).hexdigest()[:DIGEST_DIGITS]
