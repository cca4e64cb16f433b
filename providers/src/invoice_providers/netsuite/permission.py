"""Decide whether a permission is missing for one kind of record or for all.

A single refusal does not tell, but a comparison with other creates does.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from invoice_shared.clock import Clock

TRIES = 3
# A create accepted within this time shows that not everything is refused.
SECONDS = 60.0
# More than the invoices that the creator retries at once.
MAX_REFUSED = 10_000


@dataclass(slots=True)
class _Refused:
    since: float
    tries: int = 0


@dataclass(slots=True)
class PermissionPatience:
    """Counts refusals per invoice. Thread-safe; one for all creates with the same credentials."""

    clock: Clock
    _accepted_at: float = float("-inf")
    _refused: OrderedDict[str, _Refused] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self, invoice_id: str) -> None:
        """Note that a create succeeded, or was refused for its content."""
        with self._lock:
            self._accepted_at = self.clock.monotonic()
            self._refused.pop(invoice_id, None)

    def judge(self, invoice_id: str) -> bool | None:
        """Note that an invoice's create was refused for a missing permission.

        Return ``True`` if only this invoice's permission is missing, because others were accepted
        meanwhile; ``False`` if nothing is accepted any more; ``None`` if it is too early to tell.
        """
        with self._lock:
            now = self.clock.monotonic()
            refused = self._refused.setdefault(invoice_id, _Refused(now))
            self._refused.move_to_end(invoice_id)
            refused.tries += 1
            if len(self._refused) > MAX_REFUSED:
                self._refused.popitem(last=False)
            if refused.tries < TRIES:
                return None
            if self._accepted_at >= refused.since:
                del self._refused[invoice_id]
                return True
            return None if now - self._accepted_at < SECONDS else False
