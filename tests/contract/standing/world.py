"""Some invoices, the connector, and all that people and time do to them; and what must hold whatever they do."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from invoice_operations.decide.decider import Person
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.fixing import raw_record
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.priors import Prior
from invoice_operations.replay.request import ReplayRequest, What
from invoice_operations.resolve.resolution import Resolution, entries
from invoice_operations.selection import Selection
from invoice_operations.view.cases import Place, case_of
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import settlement_records
from invoice_shared.serde import from_bytes
from invoice_simulators.wire import ApiError
from tests.contract.standing.connector import ERRORS, FORMATTED, LEDGER, RAW, TOPICS, Connector, Late
from tests.contract.standing.invoices import TOTAL, Invoice
from tests.contract.standing.ledger import Ledger, reconcile
from tests.contract.standing.systems import Document, Systems

DIFFERS = re.compile(r"Document (\S+) exists under this invoice's id, but (.*)\. Nothing was changed")
GONE = re.compile(r"Document (\S+) of this invoice was ")
DIFFERENCE = re.compile(r"its (\w[\w ]*?) is (.+?) instead of (\S+?)(?: and |$)")
UNKNOWN_CUSTOMERS = {"unknown_customers": ["999999", "cust_ZZZZZZZZZZZZZZ"]}


@dataclass(slots=True)
class Watched:
    """An invoice, and what the world remembers of it. ``hidden``: somebody changed what look-ups go by."""

    invoice: Invoice
    destination: str
    is_resolved: bool = False
    hidden: set[str] = field(default_factory=set)
    resurrected: bool = False


class World:
    """Each method does one thing, lets the connector do its work, and checks what must hold."""

    def __init__(self, systems: Systems, folder: Path, destinations: Iterable[str]) -> None:
        systems.reset()
        for simulator in systems.providers.values():
            simulator.configure(UNKNOWN_CUSTOMERS)
        self.systems = systems
        self.connector = Connector(systems, folder)
        self.ledger = Ledger(self.connector.topics)
        self.watched = [Watched(Invoice(systems), destination) for destination in destinations]
        for each in self.watched:
            each.invoice.finalize(each.destination)
        # Which invoice a document was made for; people's edits do not change it.
        self.origins: dict[tuple[str, str], str] = {}
        self.troubles: list[Callable[[str], None]] = []
        self._replays = 0

    # What goes wrong in the next run

    def next_creates_fail(self, fault: str, times: int, delay: float) -> None:
        """Let creates go wrong; what is late comes after ``delay`` seconds."""

        def arm(destination: str) -> None:
            control = self.systems.control(destination)
            is_late = fault.endswith("late")
            control.inject(fault, "create", times=times, status=504, **({"seconds": None} if is_late else {}))
            if is_late:
                at = self.systems.clock.monotonic() + delay
                self.connector.late.append(Late(at, lambda: control.release("create")))

        self.troubles.append(arm)

    def next_looks_fail(self, times: int) -> None:
        """Let look-ups be answered with what says nothing."""

        def arm(destination: str) -> None:
            for operation in ("get", "query", "list"):
                body = {"what": "ever"}
                self.systems.control(destination).inject("status", operation, times=times, status=400, body=body)

        self.troubles.append(arm)

    def next_dies(self, attempts: int) -> None:
        """Let the creator die after some attempts; another goes on."""
        self.troubles.append(lambda _destination: self.connector.die_after(attempts))

    # What the connector is given

    def deliver(self, watched: Watched) -> None:
        """Let Metronome's webhook come, the first time or again."""
        with Run(self, watched):
            self.connector.deliver(watched.invoice.invoice_id, watched.invoice.customer_id)

    def redeliver(self, watched: Watched) -> None:
        """Let the formatted record come again, as it does after a crash."""
        if not self._has(FORMATTED, watched) or watched.hidden & self._standing_ids(watched):
            return
        with Run(self, watched, is_redelivery=True):
            self.connector.again(FORMATTED, watched.invoice.invoice_id)

    def replay(self, watched: Watched, what: What, *, force: bool, include_resolved: bool) -> None:
        """Put a record back as ``invoices replay`` does; of ``errors`` the one that failed last."""
        topic, request = (
            self._topic(watched, what),
            ReplayRequest(what, Selection(), force=force, include_resolved=include_resolved),
        )
        if topic is None or (topic == FORMATTED and watched.hidden & self._standing_ids(watched)):
            return
        prior = Prior(self.known(watched), watched.is_resolved)
        if prior.why_left_out(request, lambda: watched.destination) is not None:
            return
        self._replays += 1
        mark = Mark(f"replay-{self._replays}", "ada", force=force, include_resolved=include_resolved)
        with Run(self, watched, include_resolved=include_resolved):
            change = mark.renewing if prior.is_refused else mark.on
            self.connector.again(topic, watched.invoice.invoice_id, change)

    # What people and time do

    def people(self, watched: Watched, deed: str, **changes: Any) -> None:
        """Do something to the document that stands, if there is one and its provider lets them.

        Nobody is so quick that a request of the same minute is still under way.
        """
        for document in [] if self.connector.late else self.standing(watched):
            try:
                getattr(self.systems.providers[document.destination].people, deed)(document.document_id, **changes)
            except (ApiError, ValueError):
                continue
            if {"number", "external_id", "note"} & changes.keys():
                watched.hidden.add(document.document_id)

    def say_removed(self, watched: Watched, status: str) -> None:
        """Correct the status in Metronome of a document that does not stand any more."""
        external = watched.invoice.external
        if external.get("invoice_id") and not self.standing(watched):
            changed = external | {"external_status": status}
            people = self.systems.metronome.people
            people.edit(watched.invoice.invoice_id, external_invoice=changed)

    def move(self, watched: Watched, destination: str, which: int) -> None:
        """Give the customer another destination, or another customer there; not while a document may appear still."""
        if destination != watched.destination and (self.connector.late or self.may_exist(watched)):
            return
        watched.destination = destination
        watched.invoice.move(destination, which=which)

    def resolve(self, watched: Watched) -> None:
        """Resolve the newest failure by hand."""
        newest = self.known(watched).newest
        if newest is None or newest.outcome != "failed":
            return
        failure, place = self._failure(newest.failure_id)
        now = self.systems.clock.now()
        asked = Resolution(failure.failure_id, "billed by hand")
        entered = entries(case_of(failure, place), self.known(watched), asked, Person("ada", "cli"), now)
        self.connector.decide("resolve", watched.invoice.invoice_id)
        for record in settlement_records(None, entered.event, documents=entered.documents, headers=(), topics=TOPICS):
            self.connector.topics.publish(record)
        watched.is_resolved = True

    def forget_request_ids(self) -> None:
        """Let QuickBooks forget them, which it does not while a request is under way."""
        if not self.connector.late:
            self.systems.providers["quickbooks_online"].people.forget_request_ids()

    def compact(self) -> None:
        """Let Kafka compact the ledger; what is known stays known."""
        before = [self.known(each) for each in self.watched]
        self.connector.topics.compact(LEDGER)
        assert before == [self.known(each) for each in self.watched]

    def reconcile(self, *, fix: bool) -> None:
        """Reconcile: each invoice is in exactly one state, and in the right one; perhaps bring in what is lost."""
        findings = reconcile(self.connector, [each.invoice.customer_id for each in self.watched])
        by_invoice = {each.invoice.invoice_id: each for each in self.watched}
        assert sorted(str(finding.invoice_id) for finding in findings) == sorted(by_invoice)
        for finding in findings:
            self._check_finding(by_invoice[str(finding.invoice_id)], finding)
        for finding in findings if fix else ():
            if finding.is_lost:
                watched = by_invoice[str(finding.invoice_id)]
                with Run(self, watched):
                    self.connector.put(raw_record(finding, RAW, self.systems.clock.now()))

    def _check_finding(self, watched: Watched, finding: Finding) -> None:
        standing, known = self.standing(watched), self.known(watched)
        assert finding.state not in ("duplicate", "unknown", "voided-after-creation"), finding
        if {each.document_id for each in standing} & {each.provider_document_id for each in known.documents}:
            is_right = Decimal(standing[0].total) == TOTAL
            assert finding.state == ("created" if is_right else "total-mismatch"), finding
        elif not standing:
            assert finding.state not in ("created", "total-mismatch"), finding
        if finding.state == "removed-at-provider":
            assert not standing
            assert all(each.stands is False for each in known.documents), "what was seen is not entered"
        assert not (finding.is_lost and known.newest is not None), finding
        if watched.is_resolved and known.newest is not None and not known.documents:
            assert finding.state in ("resolved", "failed", "created", "skipped"), finding

    # What is there

    def made_for(self, watched: Watched) -> list[Document]:
        """Return the documents that the connector made for an invoice, and that exist still."""
        return [
            each
            for each in self.systems.documents()
            if self.origins.get((each.destination, each.document_id)) == watched.invoice.invoice_id
        ]

    def standing(self, watched: Watched) -> list[Document]:
        """Return those that stand."""
        return [each for each in self.made_for(watched) if each.stands]

    def known(self, watched: Watched) -> KnownInvoice:
        """Return what the ledger says of an invoice."""
        return self.ledger.invoice(watched.invoice.invoice_id)

    def has_standing(self) -> bool:
        """Whether any document stands that people can do something to."""
        return any(self.standing(each) for each in self.watched)

    def has_records(self) -> bool:
        """Whether anything was formatted that can come again."""
        return bool(self.connector.topics.read(FORMATTED))

    def has_failures(self) -> bool:
        """Whether any invoice's newest event is a failure."""
        newest = [self.known(each).newest for each in self.watched]
        return any(each is not None and each.outcome == "failed" for each in newest)

    def may_exist(self, watched: Watched) -> bool:
        """Whether the ledger says that a document may exist which nobody has found."""
        newest = self.known(watched).newest
        return newest is not None and newest.may_exist is True

    def note_new_documents(self) -> set[tuple[str, str]]:
        """Remember for whom documents were made that are seen for the first time; return them."""
        new = {
            (each.destination, each.document_id): each.external_id or ""
            for each in self.systems.documents()
            if (each.destination, each.document_id) not in self.origins
        }
        self.origins |= new
        return set(new)

    def _standing_ids(self, watched: Watched) -> set[str]:
        return {each.document_id for each in self.standing(watched)}

    def _has(self, topic: str, watched: Watched) -> bool:
        key = watched.invoice.invoice_id.encode()
        return any(record.key == key for record in self.connector.topics.read(topic))

    def _topic(self, watched: Watched, what: What) -> str | None:
        """Return where the record lies that is put back; ``None`` if there is none."""
        topic: str | None = RAW if what == "raw" else FORMATTED
        newest = self.known(watched).newest
        if what == "errors":
            is_open = newest is not None and newest.outcome == "failed"
            topic = self._failure(newest.failure_id)[0].source.topic if newest and is_open else None
        return topic if topic is not None and self._has(topic, watched) else None

    def _failure(self, failure_id: str | None) -> tuple[InvoiceFailure, Place]:
        for record in self.connector.topics.read(ERRORS):
            failure = from_bytes(InvoiceFailure, record.value)
            if failure.failure_id == failure_id:
                return failure, Place(record.topic, record.partition, record.offset)
        raise AssertionError(f"the ledger names failure {failure_id}, which nobody filed")


class Run:
    """One thing that the connector was given, from before it to what must hold after it."""

    def __init__(
        self, world: World, watched: Watched, *, include_resolved: bool = False, is_redelivery: bool = False
    ) -> None:
        self.world = world
        self.watched = watched
        self.includes_resolved = include_resolved
        self.is_redelivery = is_redelivery

    def __enter__(self) -> None:
        world = self.world
        self.had_one = bool(world.standing(self.watched))
        self.may_appear = world.may_exist(self.watched) or bool(world.connector.late)
        self.failures = len(world.connector.topics.read(ERRORS))
        self.told = len(self._writebacks())
        for arm in world.troubles:
            arm(self.watched.destination)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        if self.world.troubles:
            self.world.systems.control(self.watched.destination).clear_faults()
            self.world.connector.die_after(0)
            self.world.troubles.clear()
        new = self.world.note_new_documents()
        if self.watched.is_resolved and not self.includes_resolved and not self.may_appear:
            assert not new, "a resolved invoice was billed"
        self.watched.resurrected |= bool(new) and self.is_redelivery
        if new and not self.is_redelivery:
            self.watched.resurrected = False
        self._check_what_was_told()
        for failure in self.world.connector.failures(self.failures):
            self._check_failure(failure)
        for watched in self.world.watched:
            check(self.world, watched)

    def _writebacks(self) -> list[dict[str, Any]]:
        views = self.world.systems.metronome.views()
        return list(views["writebacks"]())

    def _check_what_was_told(self) -> None:
        for told in self._writebacks()[self.told :]:
            if told["external_status"] == "FINALIZED":
                standing = [each.document_id for each in self.world.standing(self.watched)]
                assert told["billing_provider_invoice_id"] in standing, "FINALIZED, and nothing stands"

    def _check_failure(self, failure: InvoiceFailure) -> None:
        refusals = [each for each in self._writebacks()[self.told :] if each["external_status"] != "FINALIZED"]
        if failure.code != "conflicting-document":
            return
        assert refusals == [], "a conflict was told as a refusal"
        documents = {each.document_id: each for each in self.world.systems.documents()}
        if gone := GONE.search(failure.reason):
            named = documents.get(gone[1])
            assert named is None or not named.stands, failure.reason
            return
        differs = DIFFERS.search(failure.reason)
        assert differs is not None, failure.reason
        differences = DIFFERENCE.findall(differs[2])
        assert differences, failure.reason
        for what, theirs, ours in differences:
            assert theirs != ours, failure.reason
            assert is_so(documents[differs[1]], what, theirs, ours), failure.reason


def is_so(document: Document, what: str, theirs: str, ours: str) -> bool:
    """Whether a document shows what a failure says of it, and not what the invoice asks for."""
    match what:
        case "total":
            return Decimal(theirs) == Decimal(document.total)
        case "customer":
            return theirs == document.customer_id
        case "invoice id":
            return document.external_id != ours
    raise AssertionError(f"nobody edits the {what}")


def check(world: World, watched: Watched) -> None:
    """Assert what holds at any time."""
    standing = world.standing(watched)
    assert len(standing) <= 1, f"two stand: {standing}"
    if not standing:
        return
    (document,) = standing
    known = {each.provider_document_id: each for each in world.known(watched).documents}
    if document.document_id not in known:
        assert world.may_exist(watched) or world.connector.late, f"nobody knows {document}"
        return
    assert known[document.document_id].stands is not False
    external = watched.invoice.external
    assert external.get("external_status") == "FINALIZED", external
    if not watched.resurrected:
        assert external.get("invoice_id") == document.document_id, external
