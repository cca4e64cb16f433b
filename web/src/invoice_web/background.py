"""One job of a kind at a time, in a thread of its own: how it goes on, and how it ended."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from invoice_operations.errors import NeedsAttention
from invoice_shared.errors import ConnectorError
from invoice_shared.logs import get_logger
from invoice_shared.settings import InvalidSettings
from invoice_web.jobs import Job, Jobs, Row

log = get_logger(__name__)

# What was found per transaction; what the page shows lags by so many at most.
BATCH = 50
STOP_SECONDS = 5.0


class Count:
    """Counts its calls."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        """Count one."""
        self.count += 1


Found = Iterator[Sequence[Row]]
"""What is kept of each thing that is looked at: rows, or none."""
Look = Callable[[Count], tuple[Found, Callable[[], Mapping[str, Any]]]]
"""Begins to look, counting customers: what is found, and what all of it together says so far."""


class Background:
    """Thread-safe. One job at a time, since each asks other systems as fast as it may."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, job: Job, look: Look) -> None:
        """Begin a job. Raises ``NeedsAttention`` while another one runs."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise NeedsAttention("Another one runs already. Wait until it is done.")
            self._jobs.add(job)
            self._thread = threading.Thread(
                target=self._run, args=(job, look), name=job.job_id, daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the job that runs."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self, job: Job, look: Look) -> None:
        try:
            is_complete = self._keep(job, look)
        except (ConnectorError, InvalidSettings) as error:
            self._jobs.end(job.job_id, "failed", str(error))
        except Exception:
            log.exception("a job ended", job_id=job.job_id)
            self._jobs.end(job.job_id, "failed", "A fault of the page itself; see its log.")
        else:
            self._jobs.end(job.job_id, "done" if is_complete else "stopped")

    def _keep(self, job: Job, look: Look) -> bool:
        """Keep what is found as it comes; whether it came to its end."""
        walked, number = Count(), 0
        found, summary = look(walked)
        for batch in _batches(found):
            rows = [row for rows in batch for row in rows]
            self._jobs.take(job.job_id, number, rows, walked.count, summary())
            number += len(rows)
            if self._stop.is_set():
                return False
        self._jobs.take(job.job_id, number, (), walked.count, summary())
        return True


def _batches(found: Iterable[Sequence[Row]]) -> Iterator[list[Sequence[Row]]]:
    batch: list[Sequence[Row]] = []
    for rows in found:
        batch.append(rows)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
