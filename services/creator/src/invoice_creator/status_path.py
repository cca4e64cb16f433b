"""Decide whether a status answered 404 has an unknown invoice or a wrong path.

It compares the invoice's reports with those that Metronome accepted.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from invoice_shared.logs import get_logger

log = get_logger(__name__)

# After 404 for this many invoices, and no accepted report, the log says it once.
SUSPICIOUS = 5
# More than the reports that may wait.
MAX_UNKNOWN = 2000


@dataclass(slots=True)
class StatusPath:
    """The results of all reports to one path. Thread-safe."""

    # The number of accepted reports, and per invoice this number at its first 404.
    _taken: int = 0
    _unknown: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self, invoice_id: str) -> None:
        """Count an accepted report."""
        with self._lock:
            self._taken += 1
            self._unknown.pop(invoice_id, None)

    def is_invoices_own(self, invoice_id: str) -> bool:
        """Count a 404; return whether other reports were accepted since the invoice's first one."""
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
