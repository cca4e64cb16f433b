"""The id of a replay. It tells when the replay began, so that a resumed one looks at the same records. Pure."""

import re
from datetime import UTC, datetime

from invoice_operations.errors import InvalidRequest

FORMAT = "replay-%Y%m%dT%H%M%SZ"
SHAPE = re.compile(r"(replay-\d{8}T\d{6}Z)-[0-9a-f]{6}")


def new_id(now: datetime, token: str) -> str:
    """Make an id of the time and six random hex digits: ``replay-20261001T060000Z-4f2a9c``."""
    return f"{now.astimezone(UTC):{FORMAT}}-{token}"


def started_at(replay_id: str) -> datetime:
    """Read back when a replay began."""
    found = SHAPE.fullmatch(replay_id)
    try:
        return datetime.strptime(found[1] if found else "", FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidRequest(f"“{replay_id}” is no replay id; the interrupted replay printed it.") from error
