"""Run reconciliations in the background, and enqueue what they found missing."""

import secrets
from collections.abc import Callable, Sequence
from functools import partial
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
from invoice_shared.settings import InvalidSettings
from invoice_shared.types import time_text
from invoice_web.background import Background, Count, Found
from invoice_web.jobs import Job, Jobs, Row

PER_SECOND = 20.0
MISSING = "missing"
KIND = "reconcile"
NOTHING_YET: dict[str, Any] = {"states": {}, "sums": [], "for_a_person": 0, "notes": []}


class Reconciling:
    """Begins and stops reconciliations. Thread-safe."""

    def __init__(self, installation: Installation, jobs: Jobs) -> None:
        self._installation = installation
        self.jobs = jobs
        self._background = Background(jobs)

    def begin(self, since: str, person: Person) -> Job:
        """Begin a job. Raises ``InvalidRequest``, or ``NeedsAttention`` if another one runs."""
        now = self._installation.clock.now()
        chosen = Selection(since=parse_moment(since, now))
        if chosen.since is not None and chosen.since >= now:
            raise InvalidRequest(f'Invalid since "{since}": use a time in the past, e.g. 7d.')
        request = {"since": time_text(chosen.since or now)}
        job = Job(
            f"reconcile-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            person.by,
            now,
            request,
            summary=NOTHING_YET,
        )
        self._background.begin(job, partial(self._look, chosen))
        return job

    def stop_all(self) -> None:
        """Stop the job that runs."""
        self._background.stop()

    def enqueue(self, job_id: str, invoice_ids: Sequence[str], person: Person) -> list[str]:
        """Enqueue invoices that a job found missing.

        Raises ``NotFound``, ``InvalidRequest`` or ``NeedsAttention``.
        """
        self.jobs.get(job_id)
        if not invoice_ids:
            raise InvalidRequest("No invoice is selected: select at least one in the list.")
        found = self.jobs.of_invoices(job_id, invoice_ids)
        refused = [name for name in invoice_ids if found.get(name, {}).get("state") != MISSING]
        if refused:
            raise NeedsAttention(
                "Only invoices that this reconciliation found missing can be enqueued, not"
                f" {', '.join(refused[:3])}."
            )
        for name in invoice_ids:
            enqueue(name, str(found[name]["customer_id"] or ""), self._installation, person)
        return list(invoice_ids)

    def _look(self, chosen: Selection, walked: Count) -> tuple[Found, Callable[[], dict[str, Any]]]:
        totals = Totals()
        providers, notes = self._providers()
        request = ReconcileRequest(chosen, per_second=PER_SECOND)

        def found() -> Found:
            for finding in reconcile(request, self._installation, providers, walked):
                totals.add(finding)
                yield (_row(finding),)

        return found(), lambda: _summary(totals, notes)

    def _providers(self) -> tuple[AskedProviders, list[str]]:
        try:
            providers = self._installation.providers(PER_SECOND)
        except InvalidSettings as invalid:
            return nobody(self._installation.clock), [
                f"No provider is asked: {'; '.join(invalid.problems)}."
            ]
        return providers, [
            f"{name} is not asked: {why}" for name, why in providers.left_out.items()
        ]


def _row(finding: Finding) -> Row:
    shown = {column: getattr(finding, name) for column, name in SHOWN.items()}
    return Row(finding.state, finding.needs_a_person, finding.invoice_id, shown)


def _summary(totals: Totals, notes: list[str]) -> dict[str, Any]:
    return {
        "states": dict(totals.states),
        "sums": totals.rows(),
        "for_a_person": totals.for_a_person,
        "notes": notes,
    }
