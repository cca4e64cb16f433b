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
    """The marks of one replay on its records. ``by`` is the person who replays."""

    replay_id: str
    by: str
    force: bool = False
    include_resolved: bool = False

    def on(self, headers: Headers) -> Headers:
        """Return headers with an earlier replay's marks replaced, and its count plus one."""
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
        """Return the same for a refused invoice, with a new request generation.

        Without it, a provider that remembers requests would repeat its refusal.
        """
        older = tuple((name, value) for name, value in headers if name != REQUEST_GENERATION)
        return ((REQUEST_GENERATION, self.replay_id.encode()), *self.on(older))


def is_replay(headers: Headers) -> bool:
    """Whether a record was replayed."""
    return any(name == REPLAY_ID for name, _ in headers)


def replays(headers: Headers) -> int:
    """Return how often a record was replayed already."""
    counts = [value for name, value in headers if name == REPLAY_COUNT]
    return int(counts[-1]) if counts and counts[-1].isdigit() else 0
