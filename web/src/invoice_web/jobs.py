"""The page's store of long jobs: each request, its progress, and its findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from invoice_operations.errors import NotFound
from invoice_operations.plain import plain
from invoice_operations.view.page import Page
from invoice_shared.serde import dumps, loads
from invoice_shared.types import time_text
from invoice_web.store import Store

State = Literal["running", "stopped", "failed", "done"]
COLUMNS = "job_id, state, begun_by, begun_at, request, walked, summary, problem"
# Stored jobs per kind: each can have a finding per invoice.
MAX_KEPT = 20
FORGET = """
DELETE FROM jobs WHERE kind = ? AND job_id NOT IN (
    SELECT job_id FROM jobs WHERE kind = ? ORDER BY begun_at DESC LIMIT ?)
"""
CUT_OFF = "The page's process ended while the job ran: begin another one."


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``summary`` is of all findings so far. ``problem`` is why it ended early."""

    job_id: str
    begun_by: str
    begun_at: datetime
    request: Mapping[str, Any]
    state: State = "running"
    walked: int = 0
    summary: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the job as a JSON tree."""
        return {
            "job_id": self.job_id,
            "state": self.state,
            "begun_by": self.begun_by,
            "begun_at": self.begun_at,
            **self.request,
            "customers": self.walked,
            **self.summary,
            "problem": self.problem,
        }


class Row(NamedTuple):
    """A finding: the fields to search by, and the fields of a list."""

    state: str
    needs_a_person: bool
    invoice_id: str | None
    shown: Mapping[str, Any]


class Jobs:
    """The jobs of one kind, e.g. ``reconcile``. Thread-safe."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store = store
        self._kind = kind

    def add(self, job: Job) -> None:
        """Store a job that begins."""
        row = (
            job.job_id,
            self._kind,
            job.state,
            job.begun_by,
            time_text(job.begun_at),
            _text(job.request),
            job.walked,
            _text(job.summary),
            None,
        )
        with self._store.transaction() as tables:
            tables.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            tables.execute(FORGET, (self._kind, self._kind, MAX_KEPT))
            tables.execute("DELETE FROM findings WHERE job_id NOT IN (SELECT job_id FROM jobs)")

    def get(self, job_id: str) -> Job:
        """Return a job. Raises ``NotFound``."""
        with self._store.transaction() as tables:
            asked = f"SELECT {COLUMNS} FROM jobs WHERE job_id = ? AND kind = ?"  # noqa: S608
            row = tables.execute(asked, (job_id, self._kind)).fetchone()
        if row is None:
            raise NotFound(
                f'No job has the id "{job_id}": find the jobs of this page under /{self._kind}.'
            )
        return _job(row)

    def newest(self, page: Page) -> tuple[list[Job], int]:
        """Return jobs, the newest first, and the number of all."""
        with self._store.transaction() as tables:
            asked = f"SELECT {COLUMNS} FROM jobs WHERE kind = ? ORDER BY begun_at DESC {page.sql}"  # noqa: S608
            rows = tables.execute(asked, (self._kind,)).fetchall()
            (count,) = tables.execute(
                "SELECT count(*) FROM jobs WHERE kind = ?", (self._kind,)
            ).fetchone()
        return [_job(row) for row in rows], int(count)

    def take(
        self, job_id: str, first: int, found: Iterable[Row], walked: int, summary: Mapping[str, Any]
    ) -> None:
        """Store findings, numbered from ``first``, and the job's progress."""
        rows = [
            (job_id, first + number, *each[:-1], _text(each.shown))
            for number, each in enumerate(found)
        ]
        with self._store.transaction() as tables:
            tables.executemany("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)", rows)
            changed = (walked, _text(summary), job_id)
            tables.execute("UPDATE jobs SET walked = ?, summary = ? WHERE job_id = ?", changed)

    def end(self, job_id: str, state: State, problem: str | None = None) -> None:
        """Store how a job ended."""
        with self._store.transaction() as tables:
            tables.execute(
                "UPDATE jobs SET state = ?, problem = ? WHERE job_id = ?", (state, problem, job_id)
            )

    def findings(
        self, job_id: str, page: Page, state: str | None = None
    ) -> tuple[list[dict[str, Any]], int]:
        """Return findings, first those that need a person, and the number of all."""
        where, values = (
            ("job_id = ?", [job_id])
            if state is None
            else ("job_id = ? AND state = ?", [job_id, state])
        )
        order = f"ORDER BY needs_a_person DESC, state, number {page.sql}"
        with self._store.transaction() as tables:
            asked = f"SELECT value FROM findings WHERE {where} {order}"  # noqa: S608
            rows = tables.execute(asked, values).fetchall()
            counted = f"SELECT count(*) FROM findings WHERE {where}"  # noqa: S608
            (count,) = tables.execute(counted, values).fetchone()
        return [loads(value) for (value,) in rows], int(count)

    def of_invoices(self, job_id: str, invoice_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the findings of these invoices."""
        asked = (
            "SELECT invoice_id, value FROM findings"
            " WHERE job_id = ? AND invoice_id IN (SELECT value FROM json_each(?))"
        )
        with self._store.transaction() as tables:
            rows = tables.execute(asked, (job_id, _text(list(invoice_ids)))).fetchall()
        return {invoice_id: loads(value) for invoice_id, value in rows}

    def recover(self) -> None:
        """Mark the jobs of a process that ended as stopped."""
        ended = (
            "UPDATE jobs SET state = 'stopped', problem = ? WHERE state = 'running' AND kind = ?"
        )
        with self._store.transaction() as tables:
            tables.execute(ended, (CUT_OFF, self._kind))


def _job(row: Sequence[Any]) -> Job:
    job_id, state, by, at, request, walked, summary, problem = row
    return Job(
        job_id,
        by,
        datetime.fromisoformat(at),
        loads(request),
        state,
        walked,
        loads(summary),
        problem,
    )


def _text(tree: Any) -> str:
    return dumps(plain(tree)).decode()
