"""Parse times that an operator types: an age such as ``2h``, or ISO 8601. Pure."""

import re
from datetime import UTC, datetime, timedelta

from invoice_operations.errors import InvalidRequest

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
AGO = re.compile(r"(\d{1,6})([smhdw])")
# No invoice is older, and a broker has no times before 1970.
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)


def parse_moment(text: str, now: datetime) -> datetime:
    """Return ``90m`` as a time before ``now``, else parse ISO 8601, by default in UTC.

    Raises ``InvalidRequest``.
    """
    try:
        moment = _moment(text.strip(), now)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(
            f'Invalid time "{text}": use an age such as 30m, 2h or 7d, or ISO 8601 such as'
            " 2026-10-01T06:00:00Z.",
        ) from error
    return max(moment, EARLIEST)


def _moment(text: str, now: datetime) -> datetime:
    if ago := AGO.fullmatch(text.lower()):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def age(since: datetime, now: datetime) -> str:
    """Return an age in its two largest units, e.g. ``3d 4h``."""
    minutes = max(0, int((now - since).total_seconds())) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"
