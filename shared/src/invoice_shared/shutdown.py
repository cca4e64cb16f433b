"""Turn SIGTERM into an event, and end in time even if a client library hangs.

A commit, or leaving the group, can wait for a lost broker longer than the grace period, and so can
a put to a stalled S3. Python runs no signal handler while a C library waits, so a thread waits for
the signals. Ending without that commit is safe, because the records are delivered again.
"""

import os
import signal
import threading

from invoice_shared.logs import get_logger

log = get_logger(__name__)

SIGNALS = {signal.SIGTERM, signal.SIGINT}

# The share of the grace period after which the process ends anyway, before it is killed.
GRACE_SHARE = 0.9


class Shutdown:
    """Build it before any other thread, because threads inherit blocked signals."""

    def __init__(self, grace_seconds: float) -> None:
        self.requested = threading.Event()
        self._complete = threading.Event()
        self._seconds = grace_seconds * GRACE_SHARE
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        threading.Thread(target=self._watch, name="signals", daemon=True).start()

    def complete(self) -> None:
        """Note that the shutdown is complete and the process will end by itself."""
        self._complete.set()

    def _watch(self) -> None:
        received = signal.sigwait(SIGNALS)
        log.info("stopping", signal=signal.Signals(received).name)
        self.requested.set()
        if not self._complete.wait(self._seconds):
            log.warning("shutdown incomplete; uncommitted records will be processed again")
            os._exit(0)
