"""The id of a replay.

It contains when the replay began, so that a resumed one selects the same records. Pure.
"""

import re
from datetime import UTC, datetime

from invoice_operations.errors import InvalidRequest

# In microseconds, because a record of the same second may be older or newer than the replay.
FORMAT = "replay-%Y%m%dT%H%M%S.%fZ"
SHAPE = re.compile(r"replay-(\d{8}T\d{6}(?:\.\d{6})?Z)-[0-9a-f]{6}")


def new_id(now: datetime, token: str) -> str:
    """Return an id with the time and random digits: ``replay-20261001T060000.000000Z-4f2a9c``."""
    return f"{now.astimezone(UTC):{FORMAT}}-{token}"


def is_beginning(text: str) -> bool:
    """Whether a text begins as ids of replays do, and is not a whole one."""
    return text.startswith("replay-") and SHAPE.fullmatch(text) is None


def started_at(replay_id: str) -> datetime:
    """Return when a replay began. Raises ``InvalidRequest``."""
    found = SHAPE.fullmatch(replay_id)
    try:
        return datetime.fromisoformat(found[1] if found else "")
    except ValueError as error:
        raise InvalidRequest(
            f'Invalid replay id "{replay_id}": use the one that the interrupted replay printed.'
        ) from error
