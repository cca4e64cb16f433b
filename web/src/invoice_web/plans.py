"""The page's store of replays: each plan's fixed list of failures, its request and its progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sqlite3 import Row
from typing import Any, Literal

from invoice_operations.errors import NeedsAttention, NotFound
from invoice_operations.plain import plain
from invoice_operations.view.page import Page
from invoice_shared.serde import dumps, loads
from invoice_shared.types import time_text
from invoice_web.store import Store

State = Literal["planned", "running", "stopped", "done"]
# Stored plans, each with its list of failures.
MAX_KEPT = 1_000
NEWEST = f"SELECT replay_id FROM replays ORDER BY planned_at DESC LIMIT {MAX_KEPT}"  # noqa: S608
COLUMNS = "replay_id, state, planned_by, planned_at, request, failure_ids, plan, sent, problem"


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan; ``request`` is what was asked for, ``plan`` is ``Plan.document``.

    ``problem`` is the error that stopped it.
    """

    replay_id: str
    planned_by: str
    planned_at: datetime
    request: Mapping[str, Any]
    failure_ids: Sequence[str]
    plan: Mapping[str, Any] = field(default_factory=dict)
    state: State = "planned"
    sent: int = 0
    problem: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the plan as a JSON tree, without the list."""
        return {
            "replay_id": self.replay_id,
            "state": self.state,
            "planned_by": self.planned_by,
            "planned_at": self.planned_at,
            **self.request,
            "count": len(self.failure_ids),
            **{name: value for name, value in self.plan.items() if name != "selected"},
            "sent": self.sent,
            "problem": self.problem,
        }


class Plans:
    """Stores plans. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, plan: StoredPlan) -> None:
        """Store a plan."""
        row = (
            plan.replay_id,
            plan.state,
            plan.planned_by,
            time_text(plan.planned_at),
            _text(plan.request),
            _text(list(plan.failure_ids)),
            _text(plan.plan),
            plan.sent,
            plan.problem,
        )
        with self._store.transaction() as tables:
            tables.execute("INSERT INTO replays VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            tables.execute(
                f"DELETE FROM replays WHERE state != 'running' AND replay_id NOT IN ({NEWEST})"  # noqa: S608
            )

    def get(self, replay_id: str) -> StoredPlan:
        """Return a plan. Raises ``NotFound``."""
        with self._store.transaction() as tables:
            asked = f"SELECT {COLUMNS} FROM replays WHERE replay_id = ?"  # noqa: S608
            row = tables.execute(asked, (replay_id,)).fetchone()
        if row is None:
            raise NotFound(
                f'No replay has the id "{replay_id}": find the replays of this page under Replays.'
            )
        return _plan(row)

    def newest(self, page: Page) -> tuple[list[StoredPlan], int]:
        """Return plans, the newest first, and the number of all."""
        with self._store.transaction() as tables:
            rows = tables.execute(
                f"SELECT {COLUMNS} FROM replays ORDER BY planned_at DESC {page.sql}"  # noqa: S608
            ).fetchall()
            (count,) = tables.execute("SELECT count(*) FROM replays").fetchone()
        return [_plan(row) for row in rows], int(count)

    def move(self, replay_id: str, before: Sequence[State], after: State) -> None:
        """Change a state in one step, and only from one of ``before``.

        Raises ``NotFound`` or ``NeedsAttention``.
        """
        found = self.get(replay_id)
        with self._store.transaction() as tables:
            marks = ", ".join("?" * len(before))
            changed = tables.execute(
                "UPDATE replays SET state = ?, problem = NULL"  # noqa: S608
                f" WHERE replay_id = ? AND state IN ({marks})",
                (after, replay_id, *before),
            ).rowcount
        if not changed:
            raise NeedsAttention(
                f"The replay {replay_id} is {found.state}, but must be {_or(before)}."
            )

    def advance(self, replay_id: str, sent: int) -> None:
        """Store how many records were put back so far."""
        with self._store.transaction() as tables:
            tables.execute("UPDATE replays SET sent = ? WHERE replay_id = ?", (sent, replay_id))

    def end(self, replay_id: str, state: State, sent: int, problem: str | None = None) -> None:
        """Store how a run ended."""
        with self._store.transaction() as tables:
            tables.execute(
                "UPDATE replays SET state = ?, sent = ?, problem = ? WHERE replay_id = ?",
                (state, sent, problem, replay_id),
            )

    def recover(self) -> None:
        """Mark the replays of a process that ended as stopped, so that they can be resumed."""
        with self._store.transaction() as tables:
            tables.execute(
                "UPDATE replays SET state = 'stopped', problem = ? WHERE state = 'running'",
                (CUT_OFF,),
            )


CUT_OFF = "The page's process ended while the replay ran."


def _plan(row: Row) -> StoredPlan:
    replay_id, state, by, at, request, failure_ids, plan, sent, problem = row
    return StoredPlan(
        replay_id,
        by,
        datetime.fromisoformat(at),
        loads(request),
        loads(failure_ids),
        loads(plan),
        state,
        sent,
        problem,
    )


def _text(tree: Any) -> str:
    return dumps(plain(tree)).decode()


def _or(states: Sequence[State]) -> str:
    return " or ".join(states)
