"""What failed and what became of it, read from the errors topic and the ledger together."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from invoice_operations.selection import Selection
from invoice_operations.view.cases import Case, case_of, failures_in, judge, place_of
from invoice_operations.view.ledger import Ledger, fold, is_open
from invoice_operations.view.span import WHOLE, Span
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings


class ReadsTopics(Protocol):
    """See ``topic_reader.TopicReader``."""

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Give the records of a part of a topic."""


class FailureBook:
    """Two passes over Kafka for each question; holds the failures and the open ledger entries, nothing else."""

    def __init__(self, reader: ReadsTopics, settings: KafkaSettings) -> None:
        self._reader = reader
        self._errors = settings.invoice_errors_topic
        self._outcomes = settings.invoice_outcomes_topic

    def cases(self, span: Span = WHOLE) -> dict[str, Case]:
        """Give the failures of a span of the errors topic by id, judged; and those that only the ledger knows."""
        found = {
            failure.failure_id: case_of(failure, place_of(record))
            for failure, record in failures_in(self._reader.read(self._errors, span))
        }
        return self.judged(found, span.keys)

    def select(self, chosen: Selection) -> list[Case]:
        """Return the failures that are meant, the oldest first."""
        cases = self.cases(chosen.span_of_failures()).values()
        return sorted(filter(chosen.matches_failure, cases), key=lambda case: (case.failed_at, case.failure_id))

    def judged(self, cases: dict[str, Case], keys: frozenset[bytes] | None = None) -> dict[str, Case]:
        """Judge failures by the ledger, wherever they were read; ``keys`` limits what is added from the ledger."""
        wanted = {case.key for case in cases.values()}
        ledger = self._ledger(wanted, keys)
        return judge(cases, ledger)

    def records(self, cases: Iterable[Case]) -> Iterator[Record]:
        """Read the failure records of these cases again, originals and all; those that the topic still holds."""
        placed = {case.place: case.failed_at for case in cases if case.place is not None}
        if placed:
            records = self._reader.read(self._errors, Span(since=min(placed.values())))
            yield from (record for record in records if place_of(record) in placed)

    def _ledger(self, wanted: set[str], keys: frozenset[bytes] | None) -> Ledger:
        records = self._reader.read(self._outcomes, Span(keys=keys))
        return fold(records, lambda key, outcome: key in wanted or is_open(outcome))
