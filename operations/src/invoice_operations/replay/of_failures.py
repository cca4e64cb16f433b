"""Replaying failures: those that are still open get another chance, wherever their records were read from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from invoice_operations.case_filter import CaseFilter
from invoice_operations.replay.marks import Mark, replays
from invoice_operations.replay.outgoing import CannotReplay, Restart
from invoice_operations.replay.plan import Plan, too_often
from invoice_operations.view.cases import Case, Place, State, case_of, failures_in, place_of
from invoice_shared.failure import InvoiceFailure
from invoice_shared.original import headers_of
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.settings import KafkaSettings

Judge = Callable[[dict[str, Case]], dict[str, Case]]
"""``FailureBook.judged``."""

WHY_NOT_OPEN: dict[State, str] = {
    "created": "created meanwhile",
    "skipped": "skipped meanwhile",
    "resolved": "resolved by hand",
    "superseded": "failed again since",
}
FORGOTTEN = "failure record no longer held here (try --from s3)"


@dataclass(frozen=True, slots=True)
class FailureChoice:
    """Which failures, and how they start again."""

    chosen: CaseFilter
    restart: Restart
    max_replays: int = 3


@dataclass(slots=True)
class FailureReplay:
    """Reads the failures once to plan and once to send: their originals are never all in memory."""

    read: Callable[[], Iterable[Record]]
    judge: Judge
    choice: FailureChoice
    settings: KafkaSettings
    _selected: dict[str, Place] = field(default_factory=dict)
    _obstacles: dict[str, str] = field(default_factory=dict)
    _worn_out: set[str] = field(default_factory=set)

    def plan(self) -> Plan:
        """Decide about each failure, and remember which are to be sent."""
        plan = Plan()
        cases = self.judge(self._cases())
        for case in sorted(cases.values(), key=lambda case: (case.failed_at, case.failure_id)):
            if self.choice.chosen.holds(case):
                self._decide(case, plan)
        return plan

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Give the records of the planned failures, marked; each once, though an archive may hold it twice."""
        waiting = dict(self._selected)
        for failure, record in failures_in(self.read()):
            if waiting.get(failure.failure_id) == place_of(record):
                del waiting[failure.failure_id]
                fresh = self.choice.restart(failure, self.settings)
                yield replace(fresh, headers=mark.on(fresh.headers))

    def _cases(self) -> dict[str, Case]:
        cases: dict[str, Case] = {}
        for failure, record in failures_in(self.read()):
            case = case_of(failure, place_of(record))
            if self.choice.chosen.holds(case):
                cases[case.failure_id] = case
                self._note_obstacle(failure)
        return cases

    def _note_obstacle(self, failure: InvoiceFailure) -> None:
        if replays(headers_of(failure.original)) >= self.choice.max_replays:
            self._worn_out.add(failure.failure_id)
        try:
            self.choice.restart(failure, self.settings)
        except CannotReplay as obstacle:
            self._obstacles[failure.failure_id] = str(obstacle)

    def _decide(self, case: Case, plan: Plan) -> None:
        if case.state != "open":
            plan.left_out[WHY_NOT_OPEN[case.state]] += 1
        elif case.place is None:
            plan.left_out[FORGOTTEN] += 1
        elif case.failure_id in self._worn_out:
            plan.left_out[too_often(self.choice.max_replays)] += 1
        elif case.failure_id in self._obstacles:
            plan.impossible.append(_impossible(case, self._obstacles[case.failure_id]))
        else:
            self._selected[case.failure_id] = case.place
            plan.selected += 1
            plan.tally.add(case)


def _impossible(case: Case, why: str) -> dict[str, str | None]:
    return {"failure_id": case.failure_id, "invoice_id": case.invoice_id, "code": case.code, "why": why}
