"""Replaying failures: those that are still open get another chance, wherever their records were read from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from invoice_operations.replay.marks import Mark, replays
from invoice_operations.replay.outgoing import CannotReplay, put_back, start_over
from invoice_operations.replay.plan import Plan, too_often
from invoice_operations.replay.request import ReplayRequest, Restarting
from invoice_operations.replay.sending import Done, Target
from invoice_operations.view.cases import Case, Place, State, case_of, failures_in, place_of
from invoice_shared.failure import InvoiceFailure
from invoice_shared.original import headers_of
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.settings import KafkaSettings

Judge = Callable[[dict[str, Case]], dict[str, Case]]
"""``View.judged``."""

RESTARTS: dict[Restarting, Callable[[InvoiceFailure, KafkaSettings], OutgoingRecord]] = {
    "raw": start_over,
    "failed": put_back,
}
WHY_NOT_OPEN: dict[State, str] = {
    "created": "created meanwhile",
    "skipped": "skipped meanwhile",
    "resolved": "resolved by hand",
    "superseded": "failed again since",
}
FORGOTTEN = "failure record no longer held here (try --from s3)"


@dataclass(slots=True)
class FailureReplay:
    """Reads the failures once to plan and once to send: their originals are never all in memory."""

    read: Callable[[], Iterable[Record]]
    judge: Judge
    request: ReplayRequest
    settings: KafkaSettings
    _selected: dict[str, Place] = field(default_factory=dict)
    _targets: dict[str, Target] = field(default_factory=dict)
    _obstacles: dict[str, str] = field(default_factory=dict)
    _worn_out: set[str] = field(default_factory=set)

    def plan(self) -> Plan:
        """Decide about each failure, and remember which are to be sent."""
        plan = Plan()
        cases = self.judge(self._cases())
        for case in sorted(cases.values(), key=lambda case: (case.failed_at, case.failure_id)):
            if self.request.chosen.matches_failure(case):
                self._decide(case, plan)
        return plan

    def left(self, done: Done) -> int:
        """Count the planned records that are not done yet."""
        return (Counter(self._targets[name] for name in self._selected) - done).total()

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the records of the planned failures, marked; each once, though an archive may hold it twice."""
        waiting = dict(self._selected)
        for failure, record in failures_in(self.read()):
            if waiting.get(failure.failure_id) == place_of(record):
                del waiting[failure.failure_id]
                fresh = self._restart(failure)
                yield replace(fresh, headers=mark.on(fresh.headers))

    def _cases(self) -> dict[str, Case]:
        # What became of them is judged later.
        chosen = replace(self.request.chosen, state=None)
        cases: dict[str, Case] = {}
        for failure, record in failures_in(self.read()):
            case = case_of(failure, place_of(record))
            if chosen.matches_failure(case):
                cases[case.failure_id] = case
                self._note(failure)
        return cases

    def _restart(self, failure: InvoiceFailure) -> OutgoingRecord:
        return RESTARTS[self.request.restart](failure, self.settings)

    def _note(self, failure: InvoiceFailure) -> None:
        if replays(headers_of(failure.original)) >= self.request.max_replays:
            self._worn_out.add(failure.failure_id)
        try:
            fresh = self._restart(failure)
        except CannotReplay as obstacle:
            self._obstacles[failure.failure_id] = str(obstacle)
        else:
            self._targets[failure.failure_id] = (fresh.topic, fresh.key)

    def _decide(self, case: Case, plan: Plan) -> None:
        if case.state != "open":
            plan.left_out[WHY_NOT_OPEN[case.state]] += 1
        elif case.place is None:
            plan.left_out[FORGOTTEN] += 1
        elif case.failure_id in self._worn_out:
            plan.left_out[too_often(self.request.max_replays)] += 1
        elif case.failure_id in self._obstacles:
            plan.impossible.append(_impossible(case, self._obstacles[case.failure_id]))
        else:
            self._selected[case.failure_id] = case.place
            plan.selected += 1
            plan.tally.add(case)


def _impossible(case: Case, why: str) -> dict[str, str | None]:
    return {"failure_id": case.failure_id, "invoice_id": case.invoice_id, "code": case.code, "why": why}
