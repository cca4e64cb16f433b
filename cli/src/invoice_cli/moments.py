"""The times that an operator types: ``2h`` ago, or ISO 8601. Pure."""

import re
from datetime import UTC, datetime, timedelta

from invoice_cli.exits import CommandFailed, Exit

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
AGO = re.compile(r"(\d{1,6})([smhdw])")


def parse_moment(text: str, now: datetime) -> datetime:
    """Read ``90m`` as a time before ``now``, else ISO 8601, UTC unless it says otherwise."""
    if ago := AGO.fullmatch(text.strip().lower()):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise CommandFailed(
            Exit.USAGE,
            f"“{text}” is no time. Give an age such as 30m, 2h or 7d, or ISO 8601 such as 2026-10-01T06:00:00Z.",
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_optional(text: str | None, now: datetime) -> datetime | None:
    """Read a time that may be left out."""
    return None if text is None else parse_moment(text, now)


def age(since: datetime, now: datetime) -> str:
    """Say how long ago something was, in its two largest units: ``3d 4h``."""
    minutes = max(0, int((now - since).total_seconds())) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"
