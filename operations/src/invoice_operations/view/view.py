"""The view: the state of all invoices, kept in one SQLite file."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from sqlite3 import Connection
from typing import TypeVar

from invoice_operations.errors import NeedsAttention
from invoice_operations.selection import Selection
from invoice_operations.tally import Group
from invoice_operations.view import decision_table, entered, failure_questions, ledger_table
from invoice_operations.view.cases import Case, State, document_names, state_of
from invoice_operations.view.followed import FollowsTopics
from invoice_operations.view.follower import MAX_ATTEMPTS, Followed, Follower
from invoice_operations.view.id_lookup import digits_of, find_one
from invoice_operations.view.invoice_state import KnownInvoice, StoredRow, known_invoice
from invoice_operations.view.page import Page
from invoice_operations.view.tables import StartedAnew, Tables
from invoice_shared.decision import Decision
from invoice_shared.settings import KafkaSettings

Answer = TypeVar("Answer")
# Opens the tables, given the cluster's id and the topics' names.
OpenTables = Callable[[str, Sequence[str]], Tables]
Progress = Callable[[], AbstractContextManager[Followed]]


@contextmanager
def unseen() -> Iterator[Followed]:
    """Show no progress."""
    yield lambda _count: None


class View:
    """Answers as of the last ``refresh``, which must come first. Thread-safe.

    Raises ``NeedsAttention`` if its file cannot be used; ``refresh`` raises broker errors, too.
    """

    def __init__(
        self,
        broker: FollowsTopics,
        settings: KafkaSettings,
        open_tables: OpenTables,
        progress: Progress,
    ) -> None:
        self._broker = broker
        self._settings = settings
        self._open = open_tables
        self._progress = progress
        self._opened: Tables | None = None
        self.cluster_id: str | None = None

    def refresh(self) -> None:
        """Read new records of the topics."""
        cluster = self._broker.describe(self._topics)
        tables = self._opened if self.cluster_id == cluster.cluster_id else None
        tables = tables or self.reopen(cluster.cluster_id)
        with self._progress() as followed:
            Follower(self._broker, tables, self._settings, followed).follow(cluster)

    def reopen(self, cluster_id: str) -> Tables:
        """Open the stored state of a cluster, until the broker answers."""
        self._opened, self.cluster_id = self._open(cluster_id, self._topics), cluster_id
        return self._opened

    def aside(self) -> "View":
        """Return the same state over a separate connection, for long queries.

        Returns itself if it is in memory. Raises ``NeedsAttention`` before anything was read.
        """
        if self._opened is None or self.cluster_id is None:
            raise NeedsAttention("Nothing was read yet.")
        if not self._opened.is_kept:
            return self
        other = View(self._broker, self._settings, self._open, self._progress)
        other.reopen(self.cluster_id)
        return other

    def failures(self, chosen: Selection, page: Page | None = None) -> list[Case]:
        """Return the selected failures, the oldest first."""
        return self._ask(
            lambda tables: failure_questions.select(tables, chosen, self._errors, page)
        )

    def count(self, chosen: Selection) -> int:
        """Return the number of selected failures."""
        return self._ask(lambda tables: failure_questions.count(tables, chosen))

    def states(self, failure_ids: Iterable[str]) -> Counter[State]:
        """Count these failures by state."""
        return self._ask(lambda tables: failure_questions.states(tables, failure_ids))

    def failed_again(self, replay_id: str) -> Counter[str]:
        """Count the failures of a replay's records by code."""
        return self._ask(lambda tables: failure_questions.failed_again(tables, replay_id))

    def created_since(self, since: datetime) -> Group:
        """Return number and money of the valid documents entered since a time."""
        created = Group("creator", "created", since, since)
        for currency, count, known, total in self._ask(
            lambda tables: ledger_table.created_since(tables, since)
        ):
            created.count += count
            created.unknown += count if currency is None else count - known
            if currency is not None and total is not None:
                created.totals[currency] = Decimal(total)
        return created

    def groups(self, chosen: Selection) -> list[Group]:
        """Return the selected failures by stage and code, with age and money."""
        return self._ask(lambda tables: failure_questions.groups(tables, chosen))

    def named(self, failure_id: str) -> list[Case]:
        """Return failures whose id begins with ``failure_id``; see ``id_lookup.find_case``."""
        return self._ask(
            lambda tables: failure_questions.named(tables, digits_of(failure_id), self._errors)
        )

    def invoice_named(self, invoice_id: str) -> str:
        """Return the id of the invoice that begins with ``invoice_id``, else the given id.

        Raises ``InvalidRequest``.
        """
        known = self._ask(
            lambda tables: ledger_table.named(tables, invoice_id, failure_questions.MAX_NAMED)
        )
        return find_one(known, invoice_id, "invoices")

    def customer_named(self, customer_id: str) -> str:
        """Return the id of the customer that begins so, or what was given if none does.

        Raises ``InvalidRequest``.
        """
        limit = failure_questions.MAX_NAMED
        known = self._ask(lambda tables: ledger_table.customers_named(tables, customer_id, limit))
        return find_one(known, customer_id, "customers")

    def replay_named(self, replay_id: str) -> str:
        """Return the id of the replay that begins so, or what was given if none does.

        Raises ``InvalidRequest``.
        """
        known = self._ask(lambda tables: decision_table.subjects_named(tables, replay_id))
        return find_one(known, replay_id, "replays")

    def judged(self, cases: Mapping[str, Case], chosen: Selection) -> dict[str, Case]:
        """Return failures from any storage with their state, by failure id.

        Adds open, selected failures that were not read, without a position.
        """
        known = self.invoices({case.key for case in cases.values()})
        settled = self._ask(lambda tables: entered.among(tables, cases))
        judged = {
            name: _judged(case, known[case.key], is_entered=name in settled)
            for name, case in cases.items()
        }
        others = self.failures(replace(chosen, state="open"))
        return {case.failure_id: replace(case, place=None) for case in others} | judged

    def invoice(self, invoice_id: str) -> KnownInvoice:
        """Return what the ledger says about an invoice."""
        return self.invoices((invoice_id,))[invoice_id]

    def invoices(self, invoice_ids: Iterable[str]) -> dict[str, KnownInvoice]:
        """Return what the ledger says about each of these invoices."""
        found: dict[str, KnownInvoice] = {}
        for chunk in ledger_table.chunks(invoice_ids):
            rows = self._rows(chunk)
            found |= {name: known_invoice(rows.get(name, ())) for name in chunk}
        return found

    def first_entry(self) -> datetime | None:
        """Return the time of the oldest remaining ledger entry; ``None`` if there is none."""
        return self._ask(ledger_table.first_entry)

    def customer_of(self, invoice_id: str) -> str | None:
        """Return an invoice's customer, if the ledger or a failure names it."""
        known, failures = self.invoice(invoice_id), self.failures(Selection(invoice_id=invoice_id))
        events = [known.newest, *known.documents]
        named = [event.customer_id for event in events if event is not None] + [
            case.customer_id for case in failures
        ]
        return next(filter(None, named), None)

    def partitions_of(self, invoice_id: str) -> set[int]:
        """Return the partitions with known records of an invoice; several if some were added."""
        failures = self.failures(Selection(invoice_id=invoice_id))
        places = [
            place for case in failures for place in (case.place, case.source) if place is not None
        ]
        rows = self._rows((invoice_id,)).get(invoice_id, ())
        return {row.partition for row in rows} | {place.partition for place in places}

    def decisions(self, subject: str) -> list[Decision]:
        """Return the decisions about an invoice or a destination, in their order."""
        return self._ask(lambda tables: decision_table.of_subjects(tables, [subject]))

    def newest_decisions(self, since: datetime | None, page: Page) -> list[Decision]:
        """Return the decisions since a time, the newest first."""
        return self._ask(lambda tables: decision_table.newest(tables, since, page))

    def count_decisions(self, since: datetime | None) -> int:
        """Return the number of decisions since a time."""
        return self._ask(lambda tables: decision_table.count(tables, since))

    def resolved(self, invoice_ids: Iterable[str]) -> set[str]:
        """Return those of the invoices that a person resolved, whatever happened since.

        The ledger counts, too, because earlier versions recorded no decision.
        """
        found: set[str] = set()
        for chunk in ledger_table.chunks(invoice_ids):
            decided = self._ask(partial(decision_table.of_subjects, subjects=chunk))
            found |= {each.subject for each in decided if each.kind == "resolve"}
            events = {name: known.newest for name, known in self.invoices(chunk).items()}
            found |= {
                name for name, newest in events.items() if newest and newest.outcome == "resolved"
            }
        return found

    @property
    def _topics(self) -> tuple[str, str, str]:
        settings = self._settings
        return (
            settings.invoice_outcomes_topic,
            settings.invoice_errors_topic,
            settings.invoice_decisions_topic,
        )

    @property
    def _errors(self) -> str:
        return self._settings.invoice_errors_topic

    def _rows(self, invoice_ids: Sequence[str]) -> Mapping[str, Sequence[StoredRow]]:
        return self._ask(lambda tables: ledger_table.rows_of(tables, invoice_ids))

    def _ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Query in one transaction; refresh if another process has started the tables over."""
        for _attempt in range(MAX_ATTEMPTS):
            if self._opened is None:
                self.refresh()
                continue
            try:
                with self._opened.reading() as connection:
                    return question(connection)
            except StartedAnew:
                self.refresh()
        raise NeedsAttention("Another process starts the view over all the time. Try again.")


def _judged(case: Case, known: KnownInvoice, *, is_entered: bool) -> Case:
    state = state_of(case.failure_id, case.failed_at, known, is_entered=is_entered)
    total, currency = known.money
    return replace(
        case, state=state, total=total, currency=currency, documents=document_names(known)
    )
