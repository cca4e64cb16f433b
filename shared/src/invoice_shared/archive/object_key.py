"""Where a batch lies in the bucket. Pure, and a function of the records alone: no clock."""

from invoice_shared.record import Record


def object_key(prefix: str, first: Record, end: int) -> str:
    """Name the object that holds the records from ``first`` to offset ``end``, inclusive."""
    return f"{start_prefix(prefix, first)}{end:020d}.jsonl.gz"


def start_prefix(prefix: str, first: Record) -> str:
    """Give what every object that starts at ``first`` has in common, whatever its end."""
    hour = f"{prefix}dt={first.time:%Y-%m-%d}/hour={first.time:%H}/"
    return f"{hour}{first.topic}-{first.partition:05d}-{first.offset:020d}-"


def end_of(key: str) -> int:
    """Read the inclusive end offset back from a key."""
    return int(key.rsplit("-", 1)[1].removesuffix(".jsonl.gz"))
