"""SIGTERM becomes an event, and the process ends in time even where a client library hangs.

A commit or the leaving of the group can wait for a broker that is gone for longer than the grace
period, a put for an S3 that has stalled; and while a C library waits, Python runs no signal
handler: so the signals are awaited in a thread. Ending without that commit is safe; the records in
question are delivered again.
"""

import os
import signal
import threading

from invoice_shared.logs import get_logger

log = get_logger(__name__)

SIGNALS = {signal.SIGTERM, signal.SIGINT}

# Of the grace period; after it the process ends however far it got, before it is killed.
GRACE_SHARE = 0.9


class Shutdown:
    """Build it before any other thread exists, since threads inherit which signals are blocked."""

    def __init__(self, grace_seconds: float) -> None:
        self.requested = threading.Event()
        self._complete = threading.Event()
        self._seconds = grace_seconds * GRACE_SHARE
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        threading.Thread(target=self._watch, name="signals", daemon=True).start()

    def complete(self) -> None:
        """Say that everything is done: the process ends by itself."""
        self._complete.set()

    def _watch(self) -> None:
        received = signal.sigwait(SIGNALS)
        log.info("stopping", signal=signal.Signals(received).name)
        self.requested.set()
        if not self._complete.wait(self._seconds):
            log.warning(
                "ended with the shutdown incomplete; what is not committed is taken up again"
            )
            os._exit(0)
