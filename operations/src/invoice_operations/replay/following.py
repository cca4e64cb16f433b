"""Follow what becomes of a replay's records, by its id in the ledger and errors topic."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from invoice_operations.selection import CLOCK_SKEW
from invoice_operations.view.invoice_state import is_open
from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.span import Span
from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.headers import REPLAY_ID
from invoice_shared.ledger_key import LedgerKey
from invoice_shared.original import as_bytes
from invoice_shared.outcome import Outcome
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.serde import from_bytes, loads, text_of
from invoice_shared.settings import KafkaSettings


class End(NamedTuple):
    """How one record ended; ``code`` is a skip's or failure's."""

    state: Literal["created", "skipped", "failed"]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """How a replay's records ended so far; ``skipped`` and ``failed`` are by code.

    ``waiting`` counts those that have not ended.
    """

    created: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    @property
    def is_good(self) -> bool:
        """Whether every record ended, and none failed again."""
        return not self.failed and not self.waiting

    @property
    def ended(self) -> int:
        """Return how many records ended."""
        return self.created + self.skipped.total() + self.failed.total()

    def document(self) -> dict[str, Any]:
        """Return the results as a JSON tree."""
        return {
            "created": self.created,
            "skipped": dict(self.skipped),
            "failed_again": dict(self.failed),
            "still_waiting": self.waiting,
        }


class Following:
    """Remembers how far it has read, so that each look reads only new records.

    Only one thread may look at a time.

    ``since`` is when the replay began, if another process began it. Otherwise call ``begin`` before
    the first record is sent.
    """

    def __init__(
        self, replay_id: str, settings: KafkaSettings, since: datetime | None = None
    ) -> None:
        self._mark = replay_id.encode()
        self._ledger = settings.invoice_outcomes_topic
        self._errors = settings.invoice_errors_topic
        self._since = None if since is None else since - CLOCK_SKEW
        self._starts: dict[str, dict[int, int]] = {self._ledger: {}, self._errors: {}}
        self._ends: defaultdict[bytes, list[End]] = defaultdict(list)

    def begin(self, reader: ReadsTopics) -> None:
        """Note where the topics end now, which does not depend on the services' clocks."""
        self._starts = {topic: reader.ends(topic) for topic in self._starts}

    def look(self, put_back: Mapping[bytes, int], reader: ReadsTopics) -> Results:
        """Read new records; return how the ``put_back`` records per invoice ended."""
        self._note(filter(None, map(_entered, self._new(self._ledger, reader))))
        self._note(filter(None, map(_failed_without_entry, self._new(self._errors, reader))))
        ends = Counter(
            end
            for name, count in put_back.items()
            for end in last_ends(self._ends.get(name, ()), count)
        )
        return _results(ends, sum(put_back.values()) - ends.total())

    def _new(self, topic: str, reader: ReadsTopics) -> Iterator[Record]:
        starts = self._starts[topic]
        for record in reader.read(topic, Span(since=self._since, starts=starts.copy())):
            starts[record.partition] = record.offset + 1
            if record.header(REPLAY_ID) == self._mark:
                yield record

    def _note(self, found: Iterable[tuple[bytes, End]]) -> None:
        for name, end in found:
            self._ends[name].append(end)


def name_of(record: Record | OutgoingRecord) -> bytes:
    """Return a record's invoice as services name it: the id in its value, else the key. Pure."""
    try:
        invoice_id = text_of(loads(record.value or b"null"), "invoice_id")
    except ValueError:
        invoice_id = None
    return invoice_id.encode() if invoice_id else record.key or b""


def last_ends(ends: Sequence[End], count: int) -> list[End]:
    """Return how ``count`` records of one invoice ended, given all ends in order.

    Pure.

    There are more ends if a service processed a record twice after a crash. The newest counts, but
    a skip does not hide a document.
    """
    kept = list(ends[:count])
    for end in ends[count:]:
        if kept and not (end.state == "skipped" and kept[-1].state == "created"):
            kept[-1] = end
    return kept


def _entered(record: Record) -> tuple[bytes, End] | None:
    """Return the end in a ledger entry; ``None`` for a document's own record."""
    if record.key is None or LedgerKey.decode(record.key).document is not None:
        return None
    try:
        outcome = from_bytes(Outcome, record.value)
    except MalformedRecord:
        return None
    return outcome.invoice_id.encode("utf-8", "replace"), _end_of(outcome)


def _end_of(outcome: Outcome) -> End:
    if outcome.outcome == "skipped":
        return End("skipped", outcome.code or "")
    return End("failed", outcome.code or "") if is_open(outcome) else End("created")


def _failed_without_entry(record: Record) -> tuple[bytes, End] | None:
    """Return the end in a failure without an invoice id, which has no ledger entry."""
    try:
        failure = from_bytes(InvoiceFailure, record.value)
    except MalformedRecord:
        return None
    if failure.invoice_id is not None:
        return None
    return as_bytes(failure.original.key, failure.original.key_encoding) or b"", End(
        "failed", failure.code
    )


def _results(ends: Counter[End], waiting: int) -> Results:
    def by_code(state: str) -> Counter[str]:
        return Counter({end.code: count for end, count in ends.items() if end.state == state})

    return Results(ends[End("created")], by_code("skipped"), by_code("failed"), waiting)
