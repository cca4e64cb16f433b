"""Describe clock skew in words, because signatures fail if our clock is wrong.

Pure.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Other systems refuse signatures that are five minutes or more off. Less skew is not the cause.
MAX_SKEW_SECONDS = 240.0


def http_date(text: str) -> datetime | None:
    """Return a header's time; ``None`` if it is not one. Without a zone it is UTC."""
    try:
        when = parsedate_to_datetime(text)
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # not a date, or out of the calendar's range
        return None


def clock_advice(theirs: str | None, now: datetime) -> str:
    """Return a sentence if our clock differs from a ``Date`` header, else an empty text."""
    when = http_date(theirs) if theirs else None
    if when is None or abs((now - when).total_seconds()) <= MAX_SKEW_SECONDS:
        return ""
    return f"This machine's clock is {distance(now, when, 'ahead', 'behind')}: correct it first."


def distance(moment: datetime, other: datetime, later: str, earlier: str) -> str:
    """Return the distance of two times and its direction, e.g. ``20 minutes ahead``."""
    seconds = (moment - other).total_seconds()
    return f"{_amount(abs(seconds))} {later if seconds > 0 else earlier}"


def _amount(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
