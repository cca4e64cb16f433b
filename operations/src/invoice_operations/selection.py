"""Which records or failures to select: one class for lists, replays and reports.

Pure.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from invoice_operations.errors import InvalidRequest
from invoice_operations.view.cases import Case, State
from invoice_operations.view.span import Span
from invoice_shared.decision import Filters
from invoice_shared.record import Record
from invoice_shared.serde import loads
from invoice_shared.types import time_text

# How far apart two clocks may be: a record's time is its broker's or producer's, a failure's time
# is its service's, and an archived object's time is S3's.
CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Selection:
    """A field that is not set does not restrict.

    Raises ``InvalidRequest`` for contradictions.

    ``since`` is inclusive and ``until`` exclusive. They apply to a record's time, a failure's
    ``failed_at`` or an invoice's date. ``codes``, ``stage``, ``destination``, ``state``,
    ``failure_ids`` and ``invoice_prefix`` apply to failures only.
    """

    since: datetime | None = None
    until: datetime | None = None
    partition: int | None = None
    from_offset: int | None = None
    invoice_id: str | None = None
    customer_id: str | None = None
    codes: frozenset[str] = frozenset()
    stage: str | None = None
    destination: str | None = None
    state: State | None = None
    failure_ids: frozenset[str] = frozenset()
    invoice_prefix: str | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise InvalidRequest(
                f"--since {time_text(self.since)} is not before --until {time_text(self.until)}"
                " (by default now): use an earlier --since or a later --until."
            )
        if self.from_offset is not None and self.partition is None:
            raise InvalidRequest(
                "--from-offset needs --partition, because offsets are per partition."
            )

    @property
    def is_of_failures(self) -> bool:
        """Whether it restricts by fields that only failures have."""
        of_failures = (
            self.stage,
            self.destination,
            self.state,
            self.failure_ids,
            self.invoice_prefix,
        )
        return bool(self.codes or any(of_failures))

    @property
    def keys(self) -> frozenset[bytes] | None:
        """Keys of the records that can match; ``None`` for any."""
        return None if self.invoice_id is None else frozenset({self.invoice_id.encode()})

    def span(self) -> Span:
        """Return the part of a topic that contains all matching records."""
        return Span(self.since, self.until, self.partition, self.from_offset, self.keys)

    def filters(self) -> Filters:
        """Return the restrictions by option name; see ``options.parse_selection``."""
        times = {"since": self.since, "until": self.until}
        texts = {
            "partition": self.partition,
            "from_offset": self.from_offset,
            "invoice_id": self.invoice_id,
            "customer_id": self.customer_id,
            "stage": self.stage,
            "destination": self.destination,
            "state": self.state,
            "invoice_prefix": self.invoice_prefix,
        }
        several = {"code": self.codes, "failure_id": self.failure_ids}
        return {
            **{name: time_text(moment) for name, moment in times.items() if moment is not None},
            **{name: str(text) for name, text in texts.items() if text is not None},
            **{name: tuple(sorted(values)) for name, values in several.items() if values},
        }

    def up_to(self, moment: datetime) -> "Selection":
        """Return the selection, limited to before ``moment``."""
        return replace(self, until=moment if self.until is None else min(self.until, moment))

    def covers(self, moment: datetime) -> bool:
        """Whether a time is in the selected period."""
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment < self.until
        )

    def matches_record(self, record: Record) -> bool:
        """Whether a record of ``raw-invoices`` or ``formatted-invoices`` matches."""
        return (
            self.covers(record.time)
            and self._holds_place(record.partition, record.offset)
            and (self.keys is None or record.key in self.keys)
            and (self.customer_id is None or customer_of(record) == self.customer_id)
        )

    def matches_failure(self, case: Case) -> bool:
        """Whether a failure matches. One that only the ledger has is at no position."""
        return (
            self.covers(case.failed_at)
            and self._matches_place(case)
            and self.invoice_id in (None, case.invoice_id)
            and self._matches_prefix(case.invoice_id)
            and self.customer_id in (None, case.customer_id)
            and (not self.codes or case.code in self.codes)
            and (not self.failure_ids or case.failure_id in self.failure_ids)
            and self.stage in (None, case.stage)
            and self.destination in (None, case.destination)
            and self.state in (None, case.state)
        )

    def _matches_prefix(self, invoice_id: str | None) -> bool:
        if self.invoice_prefix is None:
            return True
        return invoice_id is not None and invoice_id.startswith(self.invoice_prefix)

    def _matches_place(self, case: Case) -> bool:
        if self.partition is None:
            return True
        return case.place is not None and self._holds_place(case.place.partition, case.place.offset)

    def _holds_place(self, partition: int, offset: int) -> bool:
        return self.partition in (None, partition) and offset >= (self.from_offset or 0)


def customer_of(record: Record) -> str | None:
    """Return the Metronome customer in a record of our topics, if any."""
    try:
        tree = loads(record.value or b"null")
    except ValueError:
        return None
    if not isinstance(tree, dict):
        return None
    customer = tree.get("metronome_customer_id") or tree.get("customer_id")
    return customer if isinstance(customer, str) and customer else None
