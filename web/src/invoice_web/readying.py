"""Run readiness jobs in the background: what the invoices since a time would fail on."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest
from invoice_operations.installation import Installation
from invoice_operations.readiness.causes import Causes
from invoice_operations.readiness.judged import Judged
from invoice_operations.readiness.run import ReadinessRequest, readiness
from invoice_operations.selection import Selection
from invoice_operations.times import parse_moment
from invoice_shared.types import time_text
from invoice_web.background import Background, Count, Found
from invoice_web.jobs import Job, Jobs, Row

KIND = "readiness"
PER_SECOND = 20.0
# The causes that are stored with each step: those of the most invoices. The CSV contains all.
MAX_CAUSES = 200
NOTHING_YET: dict[str, Any] = {"states": {}, "causes": [], "problems": []}


class Readying:
    """Begins and stops readiness jobs. Thread-safe."""

    def __init__(self, installation: Installation, jobs: Jobs) -> None:
        self._installation = installation
        self.jobs = jobs
        self._background = Background(jobs)

    def begin(
        self, since: str, customer_id: str, person: Person, *, ask_providers: bool = False
    ) -> Job:
        """Begin a job for all customers, or for one.

        Raises ``InvalidRequest``, or ``NeedsAttention`` if another one runs.
        """
        now = self._installation.clock.now()
        moment = parse_moment(since, now)
        if moment >= now:
            raise InvalidRequest(f'Invalid since "{since}": use a time in the past, e.g. 30d.')
        request = {
            "since": time_text(moment),
            "customer_id": customer_id or None,
            "ask_providers": ask_providers,
        }
        job = Job(
            f"{KIND}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            person.by,
            now,
            request,
            summary=NOTHING_YET,
        )
        chosen = Selection(since=moment, customer_id=customer_id or None)
        asked = ReadinessRequest(chosen, PER_SECOND, ask_providers=ask_providers)
        self._background.begin(job, partial(self._look, asked))
        return job

    def stop_all(self) -> None:
        """Stop the job that runs."""
        self._background.stop()

    def _look(
        self, request: ReadinessRequest, walked: Count
    ) -> tuple[Found, Callable[[], dict[str, Any]]]:
        causes = Causes(providers_asked=request.ask_providers)

        def found() -> Found:
            for judged in readiness(request, self._installation, walked):
                causes.add(judged)
                yield _rows(judged)

        return found(), lambda: _summary(causes)


def _rows(judged: Judged) -> list[Row]:
    is_wrong = judged.state == "fails"
    return [Row(judged.state, is_wrong, judged.invoice_id, shown) for shown in judged.rows()]


def _summary(causes: Causes) -> dict[str, Any]:
    most = sorted(causes.rows(), key=lambda row: -int(row["invoices"]))[:MAX_CAUSES]
    return {"states": dict(causes.states), "causes": most, "problems": causes.problems}
