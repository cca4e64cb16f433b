"""Replay records of ``raw-invoices`` or ``formatted-invoices``, unchanged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from invoice_operations.replay.marks import Mark, is_replay, replays
from invoice_operations.replay.plan import DONE, Plan, too_often
from invoice_operations.replay.priors import Books, Prior
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import NOTHING_DONE, Done, count_off
from invoice_operations.view.entry import is_newer
from invoice_operations.view.ledger_table import chunks
from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.span import Span
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.serde import from_bytes

REPLAYED = "put back by an earlier replay (--include-replays)"
SUPERSEDED = "superseded by a newer record of the same invoice"
MODELS: Mapping[str, type[RawInvoice | FormattedInvoice]] = {
    "raw": RawInvoice,
    "formatted": FormattedInvoice,
}


class _Seen(NamedTuple):
    """A record's position and time."""

    partition: int
    offset: int
    timestamp: int


@dataclass(slots=True)
class TopicReplay:
    """Reads the topic once to plan and once to send, and only keeps keys and positions.

    ``ends`` are the ends of an interrupted run's plan: later records are not selected and supersede
    nothing.
    """

    reader: ReadsTopics
    topic: str
    request: ReplayRequest
    books: Books
    ends: Mapping[int, int] | None = None
    _newest: dict[bytes | None, _Seen] = field(default_factory=dict)
    _planned: Mapping[int, int] = field(default_factory=dict)

    def plan(self, done: Done = NOTHING_DONE) -> Plan:
        """Return the plan, without the records already done."""
        plan, left = Plan(), done.copy()
        if self.request.what == "formatted":
            self._find_newest(plan)
        for record, prior in self._with_priors(self.ends):
            plan.note_end(record)
            invoice = self._invoice(record)
            if why := self._why_not(record, invoice, prior):
                plan.left_out[why] += 1
            elif count_off(left, (self.topic, record.key)):
                plan.left_out[DONE] += 1
            else:
                plan.selected += 1
                plan.tally.count(self.topic, _kind(invoice), record.time, _money(invoice))
        self._planned = plan.ends
        return plan

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the marked records, including those already done."""
        for record, prior in self._with_priors(self._planned):
            if self._why_not(record, self._invoice(record), prior) is None:
                marked = (mark.renewing if prior.is_refused else mark.on)(record.headers)
                yield OutgoingRecord(self.topic, record.key, record.value, marked)

    def _find_newest(self, plan: Plan) -> None:
        """Remember the newest record per invoice: older rules mapped the older ones."""
        span = Span(keys=self.request.chosen.keys, ends=self.ends)
        for record in self.reader.read(self.topic, span):
            plan.note_end(record)
            seen = _Seen(record.partition, record.offset, record.timestamp)
            if record.key not in self._newest or is_newer(seen, self._newest[record.key]):
                self._newest[record.key] = seen

    def _with_priors(self, ends: Mapping[int, int] | None) -> Iterator[tuple[Record, Prior]]:
        chosen = self.request.chosen
        span = replace(chosen.span(), ends=ends)
        records = filter(chosen.matches_record, self.reader.read(self.topic, span))
        for chunk in chunks(records):
            known = self.books.priors(map(_name, chunk))
            yield from ((record, known[_name(record)]) for record in chunk)

    def _why_not(
        self, record: Record, invoice: RawInvoice | FormattedInvoice | None, prior: Prior
    ) -> str | None:
        if self.request.what == "formatted":
            # A record that arrived after the search for the newest is not in the plan.
            newest = self._newest.get(record.key)
            if newest is None or (record.partition, record.offset) != (
                newest.partition,
                newest.offset,
            ):
                return SUPERSEDED
        elif is_replay(record.headers) and not self.request.include_replays:
            return REPLAYED
        if (
            self.request.max_replays is not None
            and replays(record.headers) >= self.request.max_replays
        ):
            return too_often(self.request.max_replays)
        return prior.why_left_out(self.request, partial(self._destination, invoice))

    def _destination(self, invoice: RawInvoice | FormattedInvoice | None) -> str | None:
        if isinstance(invoice, RawInvoice):
            return self.books.destination_now(invoice.customer_id, invoice.invoice_id)
        return None if invoice is None else invoice.destination

    def _invoice(self, record: Record) -> RawInvoice | FormattedInvoice | None:
        try:
            return from_bytes(MODELS[self.request.what], record.value)
        except MalformedRecord:
            return None


def _name(record: Record) -> str:
    return (record.key or b"").decode("utf-8", "replace")


def _kind(invoice: RawInvoice | FormattedInvoice | None) -> str:
    if invoice is None:
        return "unreadable"
    return invoice.source if isinstance(invoice, RawInvoice) else invoice.destination


def _money(invoice: RawInvoice | FormattedInvoice | None) -> tuple[Decimal, str] | None:
    return (invoice.total, invoice.currency) if isinstance(invoice, FormattedInvoice) else None
