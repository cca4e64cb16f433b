"""Reconciling in the background, and enqueuing what it found missing."""

import secrets
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from invoice_operations.asked_providers import AskedProviders, nobody
from invoice_operations.decide.decider import Person
from invoice_operations.enqueue.run import enqueue
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.installation import Installation
from invoice_operations.reconcile.finding import SHOWN, Finding
from invoice_operations.reconcile.run import ReconcileRequest, reconcile
from invoice_operations.reconcile.totals import Totals
from invoice_operations.selection import Selection
from invoice_operations.times import parse_moment
from invoice_shared.errors import ConnectorError
from invoice_shared.logs import get_logger
from invoice_shared.settings import InvalidSettings
from invoice_shared.types import time_text
from invoice_web.jobs import Job, Jobs, Row

log = get_logger(__name__)

PER_SECOND = 20.0
# Findings per transaction; what the page shows lags by so many at most.
BATCH = 50
STOP_SECONDS = 5.0
MISSING = "missing"
KIND = "reconcile"
NOTHING_YET: dict[str, Any] = {"states": {}, "sums": [], "for_a_person": 0, "notes": []}


class Reconciling:
    """Thread-safe. One job at a time, since each asks other systems as fast as it may."""

    def __init__(self, installation: Installation, jobs: Jobs) -> None:
        self._installation = installation
        self.jobs = jobs
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, since: str, person: Person) -> Job:
        """Begin a job. Raises ``InvalidRequest``, or ``NeedsAttention`` while another one runs."""
        now = self._installation.clock.now()
        chosen = Selection(since=parse_moment(since, now))
        if chosen.since is not None and chosen.since >= now:
            raise InvalidRequest(f'Invalid since "{since}": use a time that is over, e.g. 7d.')
        request = {"since": time_text(chosen.since or now)}
        job = Job(
            f"reconcile-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", person.by, now, request, summary=NOTHING_YET
        )
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise NeedsAttention("Another reconciliation runs already. Wait until it is done.")
            self.jobs.add(job)
            self._thread = threading.Thread(target=self._run, args=(job, chosen), name=job.job_id, daemon=True)
            self._thread.start()
        return job

    def stop_all(self) -> None:
        """End the job that runs."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def enqueue(self, job_id: str, invoice_ids: Sequence[str], person: Person) -> list[str]:
        """Enqueue invoices that a job found missing. Raises ``NotFound``, ``InvalidRequest`` or ``NeedsAttention``."""
        self.jobs.get(job_id)
        if not invoice_ids:
            raise InvalidRequest("No invoice is chosen.")
        found = self.jobs.of_invoices(job_id, invoice_ids)
        refused = [name for name in invoice_ids if found.get(name, {}).get("state") != MISSING]
        if refused:
            raise NeedsAttention(
                f"Only what is missing by this reconciliation is enqueued, not {', '.join(refused[:3])}."
            )
        for name in invoice_ids:
            enqueue(name, str(found[name]["customer_id"] or ""), self._installation, person)
        return list(invoice_ids)

    def _run(self, job: Job, chosen: Selection) -> None:
        try:
            is_complete = self._walk(job, chosen)
        except (ConnectorError, InvalidSettings) as error:
            self.jobs.end(job.job_id, "failed", str(error))
        except Exception:
            log.exception("a reconciliation ended", job_id=job.job_id)
            self.jobs.end(job.job_id, "failed", "A fault of the page itself; see its log.")
        else:
            self.jobs.end(job.job_id, "done" if is_complete else "stopped")

    def _walk(self, job: Job, chosen: Selection) -> bool:
        walked, totals, number = _Count(), Totals(), 0
        providers, notes = self._providers()
        request = ReconcileRequest(chosen, per_second=PER_SECOND)
        for batch in _batches(reconcile(request, self._installation, providers, walked)):
            for finding in batch:
                totals.add(finding)
            self.jobs.take(job.job_id, number, map(_row, batch), walked.count, _summary(totals, notes))
            number += len(batch)
            if self._stop.is_set():
                return False
        self.jobs.take(job.job_id, number, (), walked.count, _summary(totals, notes))
        return True

    def _providers(self) -> tuple[AskedProviders, list[str]]:
        try:
            providers = self._installation.providers(PER_SECOND)
        except InvalidSettings as invalid:
            return nobody(self._installation.clock), [f"No provider is asked: {'; '.join(invalid.problems)}."]
        return providers, [f"{name} is not asked: {why}" for name, why in providers.left_out.items()]


class _Count:
    """Counts its calls."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def _row(finding: Finding) -> Row:
    shown = {column: getattr(finding, name) for column, name in SHOWN.items()}
    return Row(finding.state, finding.needs_a_person, finding.invoice_id, shown)


def _batches(findings: Iterator[Finding]) -> Iterator[list[Finding]]:
    batch: list[Finding] = []
    for finding in findings:
        batch.append(finding)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _summary(totals: Totals, notes: list[str]) -> dict[str, Any]:
    return {"states": dict(totals.states), "sums": totals.rows(), "for_a_person": totals.for_a_person, "notes": notes}
