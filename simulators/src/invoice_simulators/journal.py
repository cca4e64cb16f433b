"""A journal of all requests, without headers and bodies, which may contain secrets."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

# The most entries, of about 300 bytes each; the oldest are dropped.
KEPT = 200_000

PATH_LENGTH = 500


@dataclass(slots=True)
class Entry:
    """One request. ``status`` is null while it is in progress, or if no answer was sent.

    ``concurrency`` is the number of requests in progress at its arrival, including itself;
    ``fault`` is the kind that hit it. ``late_status`` is the result of a request that was processed
    after its client had gone.
    """

    time: str
    operation: str
    method: str
    path: str
    invoice_id: str | None
    concurrency: int
    status: int | None = None
    fault: str | None = None
    late_status: int | None = None


class Journal:
    """The requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.in_work = 0

    def arrive(self, operation: str, method: str, path: str, invoice_id: str | None) -> Entry:
        """Note an arrival."""
        self.in_work += 1
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = Entry(now, operation, method, path[:PATH_LENGTH], invoice_id, self.in_work)
        self._entries.append(entry)
        return entry

    def leave(self) -> None:
        """Note that a request has ended."""
        self.in_work -= 1

    def clear(self) -> None:
        """Forget all entries. Requests in progress stay counted."""
        self._entries.clear()

    def listing(self, operation: str | None) -> Iterable[dict[str, Any]]:
        """Return the entries of one operation, or of all, as JSON objects."""
        return (asdict(entry) for entry in self._entries if operation in (None, entry.operation))
