"""Plan, run, stop and resume replays, each run in its own thread."""

import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from invoice_operations.approve.run import Approval, approve, replay_request
from invoice_operations.decide.decider import Person
from invoice_operations.errors import NeedsAttention
from invoice_operations.installation import Installation
from invoice_operations.options import parse_rate
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import MAX_REPLAYS, ReplayRequest, Restarting
from invoice_operations.replay.run import Replay
from invoice_operations.selection import Selection
from invoice_shared.decision import Filters
from invoice_shared.errors import ConnectorError
from invoice_shared.logs import get_logger
from invoice_shared.settings import InvalidSettings
from invoice_web.plans import Plans, StoredPlan

log = get_logger(__name__)

NOTE_SECONDS = 0.5
# Failure ids in an audit record; of more, the record contains only the count.
MAX_TOLD = 100
STOP_SECONDS = 10.0


class Replays:
    """Runs replays in this process; ``plans`` outlives it. Thread-safe."""

    def __init__(self, installation: Installation, plans: Plans) -> None:
        self._installation = installation
        self.plans = plans
        self._running: dict[str, tuple[threading.Thread, threading.Event]] = {}
        self._lock = threading.Lock()

    def plan(self, chosen: Selection, restart: Restarting, rate: str, person: Person) -> StoredPlan:
        """Store the list of failures to replay.

        Sends nothing. Raises the clients' errors.
        """
        if rate:
            parse_rate(rate)
        failure_ids = [case.failure_id for case in self._installation.view().failures(chosen)]
        request = {
            "filters": _told(chosen),
            "restart": restart,
            "rate": rate or None,
            "max_replays": MAX_REPLAYS,
        }
        return self._keep(failure_ids, request, person)

    def approve(
        self, approval: Approval, filters: dict[str, Any], why: str, person: Person
    ) -> StoredPlan:
        """Plan the replay, record the approvals, and start it. Raises the clients' errors.

        The plan is stored first: after a crash it can be started from the list of replays.
        """
        failure_ids = [case.failure_id for case, _facts in approval.subjects]
        request = {
            "filters": filters,
            "restart": "raw",
            "rate": None,
            "max_replays": None,
            "approved": True,
        }
        kept = self._keep(failure_ids, request, person)
        approve(approval, why or None, self._installation, person)
        self.start(kept.replay_id, person)
        return self.plans.get(kept.replay_id)

    def start(self, replay_id: str, person: Person) -> None:
        """Begin to put the planned records back. Raises ``NotFound`` or ``NeedsAttention``."""
        self.plans.move(replay_id, ("planned",), "running")
        self._begin(replay_id, person, resumed=False)

    def resume(self, replay_id: str, person: Person) -> None:
        """Continue a replay that was stopped. Raises ``NotFound`` or ``NeedsAttention``."""
        self.plans.move(replay_id, ("stopped",), "running")
        self._begin(replay_id, person, resumed=True)

    def stop(self, replay_id: str) -> None:
        """Stop a replay that runs, after the current record.

        Raises ``NotFound`` or ``NeedsAttention``.
        """
        found = self.plans.get(replay_id)
        with self._lock:
            running = self._running.get(replay_id)
        if running is None:
            raise NeedsAttention(
                f"The replay {replay_id} does not run in this process: it is {found.state}."
            )
        thread, stop = running
        stop.set()
        thread.join(STOP_SECONDS)

    def stop_all(self) -> None:
        """Stop all replays; each can be resumed."""
        with self._lock:
            running = list(self._running.values())
        for _thread, stop in running:
            stop.set()
        for thread, _stop in running:
            thread.join(STOP_SECONDS)

    def results(self, plan: StoredPlan) -> dict[str, Any]:
        """Return the records' results so far, from the view."""
        view = self._installation.last_view
        states = view.states(plan.failure_ids)
        again = view.failed_again(plan.replay_id)
        return {
            "created": states["created"],
            "skipped": states["skipped"],
            "resolved": states["resolved"],
            "failed_again": again.total(),
            "failed_again_by_code": dict(again),
            "waiting": states["open"],
        }

    def _keep(self, failure_ids: list[str], request: dict[str, Any], person: Person) -> StoredPlan:
        now = self._installation.clock.now()
        replay_id = new_id(now, secrets.token_hex(3))
        plan = self._look(replay_id, failure_ids, request, person)
        kept = StoredPlan(replay_id, person.by, now, request, plan.failure_ids, plan.document())
        self.plans.add(kept)
        return kept

    def _look(
        self, replay_id: str, failure_ids: Iterable[str], request: dict[str, Any], person: Person
    ) -> Plan:
        chosen = frozenset(failure_ids)
        # A selection without ids would select all failures.
        return (
            replay_of(replay_id, chosen, request, self._installation, person).plan()
            if chosen
            else Plan()
        )

    def _begin(self, replay_id: str, person: Person, *, resumed: bool) -> None:
        stop = threading.Event()
        work = _Run(self._installation, self.plans, replay_id, person, stop, resumed=resumed)
        thread = threading.Thread(
            target=self._run, args=(work, replay_id), name=replay_id, daemon=True
        )
        with self._lock:
            self._running[replay_id] = thread, stop
        thread.start()

    def _run(self, work: "_Run", replay_id: str) -> None:
        try:
            work.run()
        finally:
            with self._lock:
                del self._running[replay_id]


def replay_of(
    replay_id: str,
    failure_ids: Iterable[str],
    request: Mapping[str, Any],
    installation: Installation,
    person: Person,
) -> Replay:
    """Return the replay of a fixed list, which is not empty."""
    chosen = Selection(failure_ids=frozenset(failure_ids))
    if request["max_replays"] is None:
        asked = replay_request(chosen)
    else:
        asked = ReplayRequest(
            "errors", chosen, restart=request["restart"], max_replays=request["max_replays"]
        )
    filters = {"what": "errors", "restart": request["restart"], **request["filters"]}
    return Replay(replay_id, asked, installation, person, filters)


def _told(chosen: Selection) -> Filters:
    """Return the filters for the audit, without the ids if they are more than ``MAX_TOLD``."""
    filters = chosen.filters()
    if len(chosen.failure_ids) > MAX_TOLD:
        del filters["failure_id"]
    return filters


class _Run:
    """One run of a plan."""

    def __init__(
        self,
        installation: Installation,
        plans: Plans,
        replay_id: str,
        person: Person,
        stop: threading.Event,
        *,
        resumed: bool,
    ) -> None:
        self._installation = installation
        self._plans = plans
        self._plan = plan = plans.get(replay_id)
        self._person = person
        self._stop = stop
        self._resumed = resumed
        self._sent = plan.sent
        self._noted = time.monotonic()

    def run(self) -> None:
        """Send the records, and store how the run ended."""
        replay_id = self._plan.replay_id
        try:
            is_complete = not self._plan.failure_ids or self._send()
        except (ConnectorError, InvalidSettings) as error:
            self._plans.end(replay_id, "stopped", self._sent, str(error))
        except Exception:
            log.exception("a replay ended", replay_id=replay_id)
            self._plans.end(
                replay_id, "stopped", self._sent, "An error of the page itself: see its log."
            )
        else:
            self._plans.end(replay_id, "done" if is_complete else "stopped", self._sent)

    def _send(self) -> bool:
        plan, request = self._plan, dict(self._plan.request)
        replay = replay_of(
            plan.replay_id, plan.failure_ids, request, self._installation, self._person
        )
        if self._resumed:
            replay.resume()
        else:
            replay.plan()

        def acknowledged() -> None:
            self._note(replay.put_back)

        per_second = parse_rate(request["rate"]) if request["rate"] else None
        is_complete = replay.send(per_second, self._stop, acknowledged)
        self._sent = replay.put_back
        return is_complete

    def _note(self, sent: int) -> None:
        self._sent = sent
        if time.monotonic() - self._noted >= NOTE_SECONDS:
            self._noted = time.monotonic()
            self._plans.advance(self._plan.replay_id, self._sent)
