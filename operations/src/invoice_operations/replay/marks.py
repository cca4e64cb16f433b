"""The headers that mark a replayed record. Pure."""

from dataclasses import dataclass

from invoice_shared.headers import REPLAY_COUNT, REPLAY_FORCE, REPLAY_ID, REPLAY_MARKS
from invoice_shared.record import Headers


@dataclass(frozen=True, slots=True)
class Mark:
    """What this replay writes on each of its records."""

    replay_id: str
    force: bool = False

    def on(self, headers: Headers) -> Headers:
        """Keep the other headers; replace an earlier replay's by ours, one number higher."""
        count = str(replays(headers) + 1).encode()
        ours: Headers = ((REPLAY_ID, self.replay_id.encode()), (REPLAY_COUNT, count))
        forced: Headers = ((REPLAY_FORCE, b"1"),) if self.force else ()
        return tuple((name, value) for name, value in headers if name not in REPLAY_MARKS) + ours + forced


def is_replay(headers: Headers) -> bool:
    """Tell whether a record is one that was put back."""
    return any(name == REPLAY_ID for name, _ in headers)


def replays(headers: Headers) -> int:
    """Count how often a record was put back already."""
    counts = [value for name, value in headers if name == REPLAY_COUNT]
    return int(counts[-1]) if counts and counts[-1].isdigit() else 0
