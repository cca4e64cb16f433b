"""The headers that mark a replayed record. Pure."""

from dataclasses import dataclass

from invoice_shared.headers import (
    REPLAY_BY,
    REPLAY_COUNT,
    REPLAY_FORCE,
    REPLAY_ID,
    REPLAY_INCLUDE_RESOLVED,
    REPLAY_MARKS,
    REQUEST_GENERATION,
)
from invoice_shared.record import Headers


@dataclass(frozen=True, slots=True)
class Mark:
    """What this replay writes on each of its records. ``by`` is who replays."""

    replay_id: str
    by: str
    force: bool = False
    include_resolved: bool = False

    def on(self, headers: Headers) -> Headers:
        """Keep the other headers; replace an earlier replay's by ours, one number higher."""
        kept = tuple((name, value) for name, value in headers if name not in REPLAY_MARKS)
        ours: Headers = (
            (REPLAY_ID, self.replay_id.encode()),
            (REPLAY_COUNT, str(replays(headers) + 1).encode()),
            (REPLAY_BY, self.by.encode()),
        )
        forced: Headers = ((REPLAY_FORCE, b"1"),) if self.force else ()
        included: Headers = ((REPLAY_INCLUDE_RESOLVED, b"1"),) if self.include_resolved else ()
        return kept + ours + forced + included

    def renewing(self, headers: Headers) -> Headers:
        """Do the same to the record of an invoice that was refused.

        A provider that remembers requests would give this one the same answer without the new
        generation.
        """
        older = tuple((name, value) for name, value in headers if name != REQUEST_GENERATION)
        return ((REQUEST_GENERATION, self.replay_id.encode()), *self.on(older))


def is_replay(headers: Headers) -> bool:
    """Tell whether a record is one that was put back."""
    return any(name == REPLAY_ID for name, _ in headers)


def replays(headers: Headers) -> int:
    """Count how often a record was put back already."""
    counts = [value for name, value in headers if name == REPLAY_COUNT]
    return int(counts[-1]) if counts and counts[-1].isdigit() else 0
