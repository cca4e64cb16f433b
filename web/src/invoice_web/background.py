"""Run one job of a kind at a time in its own thread, and store its progress and its end."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from invoice_operations.errors import NeedsAttention
from invoice_shared.errors import ConnectorError
from invoice_shared.logs import get_logger
from invoice_shared.settings import InvalidSettings
from invoice_web.jobs import Job, Jobs, Row

log = get_logger(__name__)

# Findings per transaction; the page's list is at most this many behind.
BATCH = 50
STOP_SECONDS = 5.0


class Count:
    """Counts its calls."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        """Count one."""
        self.count += 1


# The rows to store of each thing that was looked at.
Found = Iterator[Sequence[Row]]
# Begins a job that counts customers; returns its findings and a function for their summary so far.
Look = Callable[[Count], tuple[Found, Callable[[], Mapping[str, Any]]]]


class Background:
    """Runs one job at a time, because each uses the whole rate limit. Thread-safe."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, job: Job, look: Look) -> None:
        """Begin a job. Raises ``NeedsAttention`` if another one runs."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise NeedsAttention("Another job runs already: wait until it is done.")
            self._jobs.add(job)
            self._thread = threading.Thread(
                target=self._run, args=(job, look), name=job.job_id, daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop the job that runs."""
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
            self._jobs.end(job.job_id, "failed", "An error of the page itself: see its log.")
        else:
            self._jobs.end(job.job_id, "done" if is_complete else "stopped")

    def _keep(self, job: Job, look: Look) -> bool:
        """Store the findings as they come; return whether all were found."""
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
