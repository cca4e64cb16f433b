"""Everything that people, time and networks do to the invoices, each followed by what must hold."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from invoice_operations.decide.decider import Person
from invoice_operations.reconcile.finding import Finding, State
from invoice_operations.reconcile.fixing import record_of
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.priors import Prior
from invoice_operations.replay.request import RecordKind, ReplayRequest
from invoice_operations.resolve.resolution import Resolution, entries
from invoice_operations.selection import Selection
from invoice_operations.view.cases import case_of
from invoice_shared.filing import settlement_records
from invoice_shared.outcome import Outcome
from invoice_simulators.wire import ApiError
from tests.contract.standing.connector import FORMATTED, LEDGER, RAW, TOPICS, Late
from tests.contract.standing.hierarchy import Hierarchy, name
from tests.contract.standing.invoices import TOTAL
from tests.contract.standing.ledger import reconcile, reconcile_by_ledger
from tests.contract.standing.run import Run
from tests.contract.standing.scene import Scene, Watched
from tests.contract.standing.systems import Systems


class World(Scene):
    """Each method does one thing, lets the connector work, and checks what must hold."""

    def __init__(
        self,
        systems: Systems,
        folder: Path,
        destinations: Iterable[str],
        hierarchy: Hierarchy = "none",
    ) -> None:
        super().__init__(systems, folder, destinations, hierarchy)
        self._replays = 0

    # What goes wrong in the next run

    def next_creates_fail(self, fault: str, times: int, delay: float) -> None:
        """Let creates go wrong; late ones are carried out after ``delay`` seconds."""

        def arm(destination: str) -> None:
            control = self.systems.control(destination)
            is_late = fault.endswith("late")
            control.inject(
                fault, "create", times=times, status=504, **({"seconds": None} if is_late else {})
            )
            if is_late:
                at = self.systems.clock.monotonic() + delay
                self.connector.late.append(Late(at, lambda: control.release("create")))

        self.troubles.append(arm)

    def next_looks_fail(self, times: int) -> None:
        """Let look-ups be answered with something that says nothing."""

        def arm(destination: str) -> None:
            for operation in ("get", "query", "list"):
                body = {"what": "ever"}
                self.systems.control(destination).inject(
                    "status", operation, times=times, status=400, body=body
                )

        self.troubles.append(arm)

    def next_dies(self, attempts: int) -> None:
        """Let the creator die after some attempts; another continues."""
        self.troubles.append(lambda _destination: self.connector.die_after(attempts))

    # Input to the connector

    def deliver(self, watched: Watched, times: int = 1) -> None:
        """Deliver Metronome's webhook, for the first time or again, or twice before anything is
        processed.
        """
        with Run(self, watched):
            for _ in range(times):
                self.connector.receive(watched.invoice.invoice_id, watched.invoice.customer_id)
            self.connector.work()

    def deliver_in_vain(self, watched: Watched, topic: str) -> None:
        """Deliver the webhook while the topic's service is stopped for longer than its records are
        kept.
        """
        with Run(self, watched):
            self.connector.receive(watched.invoice.invoice_id, watched.invoice.customer_id)
            if topic == FORMATTED:
                self.connector.format()
            self.connector.lose(topic)
            self.connector.work()

    def redeliver(self, watched: Watched) -> None:
        """Redeliver the formatted record, as after a crash."""
        if not self.has(FORMATTED, watched) or watched.hidden & self.standing_ids(watched):
            return
        with Run(self, watched, is_unforced_repeat=True):
            self.connector.again(FORMATTED, watched.invoice.invoice_id)

    def replay(
        self, watched: Watched, what: RecordKind, *, force: bool, include_resolved: bool
    ) -> None:
        """Put a record back as ``invoices replay`` does; for ``errors`` the one that failed
        last.
        """
        topic = self.topic_of(watched, what)
        request = ReplayRequest(what, Selection(), force=force, include_resolved=include_resolved)
        if topic is None or (topic == FORMATTED and watched.hidden & self.standing_ids(watched)):
            return
        prior = Prior(self.known(watched), watched.is_resolved)
        if prior.why_left_out(request, lambda: watched.destination) is not None:
            return
        self._replays += 1
        mark = Mark(
            f"replay-{self._replays}", "ada", force=force, include_resolved=include_resolved
        )
        is_unforced_repeat = topic == FORMATTED and not force
        with Run(
            self, watched, include_resolved=include_resolved, is_unforced_repeat=is_unforced_repeat
        ):
            change = mark.renewing if prior.is_refused else mark.on
            self.connector.again(topic, watched.invoice.invoice_id, change)

    # What people and time do

    def people(self, watched: Watched, deed: str, **changes: Any) -> None:
        """Do something to the standing document, if there is one and its provider allows it.

        No person acts while a request of the same minute is in progress.
        """
        for document in [] if self.connector.late else self.standing(watched):
            try:
                getattr(self.systems.providers[document.destination].people, deed)(
                    document.document_id, **changes
                )
            except (ApiError, ValueError):
                continue
            if {"number", "external_id", "note"} & changes.keys():
                watched.hidden.add(document.document_id)

    def say_removed(self, watched: Watched, status: str) -> None:
        """Correct the status in Metronome of a document that no longer stands."""
        external = watched.invoice.external
        if external.get("invoice_id") and not self.standing(watched):
            changed = external | {"external_status": status}
            people = self.systems.metronome.people
            people.edit(watched.invoice.invoice_id, external_invoice=changed)

    def move(self, watched: Watched, destination: str, which: int) -> None:
        """Move the customer to another destination or customer id; not while a document
        may still appear.
        """
        moved = [each for each in self.watched if watched in (each, each.payer)]
        may_appear = self.connector.late or any(map(self.may_exist, moved))
        if destination != watched.own_destination and may_appear:
            return
        watched.own_destination = destination
        watched.invoice.move(destination, which=which)

    def name_constituents(self, *, is_named: bool) -> None:
        """Let the consolidated invoice name its constituents, or not."""
        for each in self.watched:
            if each.whole is not None:
                each.is_named = is_named
                name(each.whole.invoice, [each.invoice] if is_named else [])

    def resolve(self, watched: Watched) -> None:
        """Resolve the newest failure by hand."""
        newest = self.known(watched).newest
        if newest is None or newest.outcome != "failed":
            return
        failure, place = self.failure(newest.failure_id)
        now = self.systems.clock.now()
        asked = Resolution(failure.failure_id, "billed by hand")
        entered = entries(
            case_of(failure, place), self.known(watched), asked, Person("ada", "cli"), now
        )
        self.connector.decide("resolve", watched.invoice.invoice_id)
        for record in settlement_records(
            None, entered.event, documents=entered.documents, headers=(), topics=TOPICS
        ):
            self.connector.topics.publish(record)
        watched.is_resolved = True

    def forget_request_ids(self) -> None:
        """Let QuickBooks forget them, which it does not do while a request is in progress."""
        if not self.connector.late:
            self.systems.providers["quickbooks_online"].people.forget_request_ids()

    def compact(self) -> None:
        """Let Kafka compact the ledger; what is known stays known."""
        before = [self.known(each) for each in self.watched]
        self.connector.topics.compact(LEDGER)
        assert before == [self.known(each) for each in self.watched]

    def reconcile(self, *, fix: bool, unlisted: Watched | None = None, status: int = 500) -> None:
        """Reconcile, and check that each invoice is in exactly one state, the right one; optionally
        enqueue lost invoices.

        The customer of ``unlisted`` cannot be listed, which Metronome answers with ``status``.
        """
        if unlisted is not None:
            self.systems.control("metronome").inject("status", "list", times=1, status=status)
        walked = sorted(self.watched, key=lambda each: each is not unlisted)
        findings = reconcile(self.connector, [each.invoice.customer_id for each in walked])
        if unlisted is not None:
            failed = findings.pop(0)
            told = (failed.invoice_id, failed.customer_id, failed.state)
            assert told == (None, unlisted.invoice.customer_id, "unknown")
        by_invoice = {
            each.invoice.invoice_id: each for each in self.watched if each is not unlisted
        }
        assert sorted(str(finding.invoice_id) for finding in findings) == sorted(by_invoice)
        for finding in findings:
            self._check_finding(by_invoice[str(finding.invoice_id)], finding, unlisted)
        for finding in findings if fix else ():
            if finding.is_lost:
                watched = by_invoice[str(finding.invoice_id)]
                with Run(self, watched):
                    self.connector.put(record_of(finding, RAW, self.systems.clock.now()))
                assert self.known(watched).newest is not None, "a lost invoice did not come back"

    def check_states(self) -> None:
        """Assert that by the ledger alone each invoice is in exactly one state, that of its newest
        event or documents.
        """
        findings = reconcile_by_ledger(
            self.connector, [each.invoice.customer_id for each in self.watched]
        )
        states = {watched.invoice.invoice_id: self._state(watched) for watched in self.watched}
        assert sorted((str(each.invoice_id), each.state) for each in findings) == sorted(
            states.items()
        )

    def _state(self, watched: Watched) -> State:
        known = self.known(watched)
        standing = [each for each in known.documents if each.stands is not False]
        if standing:
            is_right = all(each.total == TOTAL for each in standing)
            return "duplicate" if len(standing) > 1 else "created" if is_right else "total-mismatch"
        if known.documents:
            return "removed-at-provider"
        match known.newest:
            case None:
                return "missing"
            case Outcome(outcome="skipped", code="constituent-invoice"):
                return "skipped" if watched.is_named else "unbilled-constituent"
            case Outcome(outcome="skipped", code="resolved-by-hand"):
                return "resolved"
            case Outcome(outcome="failed" | "skipped" | "resolved" as outcome):
                return outcome
        raise AssertionError(f"{known.newest} has no document")

    def _check_finding(self, watched: Watched, finding: Finding, unlisted: Watched | None) -> None:
        standing = self.standing(watched)
        known = self.known(watched)
        if watched.whole is not None:
            assert not standing, "a constituent was billed"
            if (
                watched.whole is unlisted
                and known.newest is not None
                and known.newest.code == "constituent-invoice"
            ):
                assert finding.state == "unknown", "it is unknown whether it is listed"
                return
        assert finding.state not in ("duplicate", "unknown", "voided-after-creation"), finding
        if {each.document_id for each in standing} & {
            each.provider_document_id for each in known.documents
        }:
            is_right = Decimal(standing[0].total) == TOTAL
            assert finding.state == ("created" if is_right else "total-mismatch"), finding
        elif not standing:
            assert finding.state not in ("created", "total-mismatch"), finding
        if finding.state == "removed-at-provider":
            assert not standing
            assert all(each.stands is False for each in known.documents), (
                "an observed document is not entered"
            )
        assert not (finding.is_lost and known.newest is not None), finding
        if watched.is_resolved and known.newest is not None and not known.documents:
            assert finding.state in (
                "resolved",
                "failed",
                "created",
                "skipped",
                "unbilled-constituent",
            ), finding
