"""Replay open failures, from the errors topic or the archive."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from invoice_operations.replay.marks import Mark, replays
from invoice_operations.replay.outgoing import CannotReplay, put_back, start_over
from invoice_operations.replay.plan import DONE, Plan, too_often
from invoice_operations.replay.priors import REFUSALS, RESOLVED, Books, Prior
from invoice_operations.replay.request import ReplayRequest, Restarting
from invoice_operations.replay.sending import NOTHING_DONE, Done, Target, count_off
from invoice_operations.view.cases import Case, Place, State, case_of, failures_in, place_of
from invoice_operations.view.span import Span
from invoice_shared.failure import InvoiceFailure
from invoice_shared.original import headers_of
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.settings import KafkaSettings

# See ``View.judged``.
Judge = Callable[[dict[str, Case]], dict[str, Case]]
# Reads the candidate failures from their storage.
Reading = Callable[[], Iterable[Record]]

RESTARTS: dict[Restarting, Callable[[InvoiceFailure, KafkaSettings], OutgoingRecord]] = {
    "raw": start_over,
    "failed": put_back,
}
WHY_NOT_OPEN: dict[State, str] = {
    "created": "created meanwhile",
    "skipped": "skipped meanwhile",
    "resolved": RESOLVED,
    "superseded": "failed again since",
}
FORGOTTEN = "failure record no longer held here (try --from s3)"


@dataclass(slots=True)
class FailureReplay:
    """Reads the failures once to plan and once to send, and never keeps all originals in memory.

    ``ends`` are the ends of an interrupted run's plan: later records are not selected.
    ``unreadable`` grows during reading; see ``ArchiveReader``.
    """

    read: Reading
    judge: Judge
    books: Books
    request: ReplayRequest
    settings: KafkaSettings
    unreadable: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[int, int] | None = None
    _selected: dict[str, Place] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _targets: dict[str, Target] = field(default_factory=dict)
    _obstacles: dict[str, str] = field(default_factory=dict)
    _worn_out: set[str] = field(default_factory=set)

    def plan(self, done: Done = NOTHING_DONE) -> Plan:
        """Decide about each failure, and remember which to send; skip those already done."""
        plan, left = Plan(unreadable=self.unreadable), done.copy()
        self._selected.clear()
        self._refused.clear()
        judged = self.judge(self._cases(plan)).values()
        cases = sorted(
            filter(self.request.chosen.matches_failure, judged),
            key=lambda case: (case.failed_at, case.failure_id),
        )
        known = self.books.priors(case.key for case in cases)
        for case in cases:
            self._decide(case, known[case.key], plan, left)
        return plan

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the marked records, each once even if the archive contains it twice.

        Includes those already done.
        """
        waiting = dict(self._selected)
        for failure, record in failures_in(self.read()):
            if waiting.get(failure.failure_id) == place_of(record):
                del waiting[failure.failure_id]
                fresh = self._restart(failure)
                marked = mark.renewing if failure.failure_id in self._refused else mark.on
                yield replace(fresh, headers=marked(fresh.headers))

    def _cases(self, plan: Plan) -> dict[str, Case]:
        # Their state is judged later.
        chosen = replace(self.request.chosen, state=None)
        span = Span(ends=self.ends)
        cases: dict[str, Case] = {}
        for failure, record in failures_in(self.read()):
            case = case_of(failure, place_of(record))
            if chosen.matches_failure(case) and record.offset <= span.last(record.partition):
                plan.note_end(record)
                cases[case.failure_id] = case
                self._note(failure)
        return cases

    def _restart(self, failure: InvoiceFailure) -> OutgoingRecord:
        return RESTARTS[self.request.restart](failure, self.settings)

    def _note(self, failure: InvoiceFailure) -> None:
        limit = self.request.max_replays
        if limit is not None and replays(headers_of(failure.original)) >= limit:
            self._worn_out.add(failure.failure_id)
        try:
            fresh = self._restart(failure)
        except CannotReplay as obstacle:
            self._obstacles[failure.failure_id] = str(obstacle)
        else:
            self._targets[failure.failure_id] = (fresh.topic, fresh.key)

    def _decide(self, case: Case, prior: Prior, plan: Plan, left: Done) -> None:
        if why := self._why_not(case, prior):
            plan.left_out[why] += 1
        elif case.failure_id in self._obstacles:
            plan.impossible.append(_impossible(case, self._obstacles[case.failure_id]))
        elif why := prior.why_left_out(self.request, partial(self._destination, case)):
            plan.left_out[why] += 1
        elif case.place is not None:
            self._select(case, case.place, prior)
            if count_off(left, self._targets[case.failure_id]):
                plan.left_out[DONE] += 1
                return
            plan.selected += 1
            plan.failure_ids.append(case.failure_id)
            plan.tally.add(case)

    def _why_not(self, case: Case, prior: Prior) -> str | None:
        is_wanted = case.state == "open" or (
            case.state == "resolved" and self.request.include_resolved
        )
        if not is_wanted:
            return WHY_NOT_OPEN[case.state]
        if case.place is None:
            return FORGOTTEN
        if self.request.max_replays is not None and case.failure_id in self._worn_out:
            return too_often(self.request.max_replays)
        return RESOLVED if prior.is_resolved and not self.request.include_resolved else None

    def _select(self, case: Case, place: Place, prior: Prior) -> None:
        self._selected[case.failure_id] = place
        # The ledger may lag behind the failure itself.
        if prior.is_refused or (prior.known.newest is None and case.code in REFUSALS):
            self._refused.add(case.failure_id)

    def _destination(self, case: Case) -> str | None:
        """Return the destination: a formatted record names it, a raw one is mapped again."""
        topic, _key = self._targets[case.failure_id]
        if topic == self.settings.formatted_invoices_topic:
            return case.destination
        if case.customer_id is None or case.invoice_id is None:
            return None
        return self.books.destination_now(case.customer_id, case.invoice_id)


def _impossible(case: Case, why: str) -> dict[str, str | None]:
    return {
        "failure_id": case.failure_id,
        "invoice_id": case.invoice_id,
        "code": case.code,
        "why": why,
    }
