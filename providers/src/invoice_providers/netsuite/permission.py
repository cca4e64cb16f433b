"""Is it the role for one kind of record, or our whole access?

A refusal alone does not tell; a comparison does.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from invoice_shared.clock import Clock

TRIES = 3
# What was accepted within the last minute shows that not all that was tried in it is refused.
SECONDS = 60.0
# Invoices that wait for their next try are fewer than the creator may have at hand.
MAX_REFUSED = 10_000


@dataclass(slots=True)
class _Refused:
    since: float
    tries: int = 0


@dataclass(slots=True)
class PermissionPatience:
    """Thread-safe; one for all creates with the same credentials."""

    clock: Clock
    _accepted_at: float = float("-inf")
    _refused: OrderedDict[str, _Refused] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self, invoice_id: str) -> None:
        """Note that a create was carried out, or refused for what it was."""
        with self._lock:
            self._accepted_at = self.clock.monotonic()
            self._refused.pop(invoice_id, None)

    def judge(self, invoice_id: str) -> bool | None:
        """Note that an invoice's create was refused for want of a permission.

        Return ``True`` if only what it needs is missing, since others were accepted meanwhile;
        ``False`` if nothing is accepted any more; ``None`` if it is too early to tell.
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
