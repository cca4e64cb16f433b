"""A status that was answered 404: does Metronome not know this invoice, or not the path?

A comparison tells.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from invoice_shared.logs import get_logger

log = get_logger(__name__)

# So many different invoices, and none that Metronome took, are said once in the log.
SUSPICIOUS = 5
# More than the reports that may wait.
MAX_UNKNOWN = 2000


@dataclass(slots=True)
class StatusPath:
    """Thread-safe; one for all reports to one path."""

    # How many reports Metronome took; of each invoice, how many at its first 404.
    _taken: int = 0
    _unknown: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self, invoice_id: str) -> None:
        """Note that Metronome took a report."""
        with self._lock:
            self._taken += 1
            self._unknown.pop(invoice_id, None)

    def is_invoices_own(self, invoice_id: str) -> bool:
        """Note that a report was answered 404; return whether others were taken since the invoice's
        first.
        """
        with self._lock:
            is_new = invoice_id not in self._unknown
            if self._taken > self._unknown.setdefault(invoice_id, self._taken):
                del self._unknown[invoice_id]
                return True
            if is_new and len(self._unknown) == SUSPICIOUS:
                log.error(
                    "metronome answers 404 to every status: check METRONOME_STATUS_WRITEBACK_PATH"
                )
            if len(self._unknown) > MAX_UNKNOWN:
                self._unknown.popitem(last=False)
            return False
