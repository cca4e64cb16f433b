"""Replaying ``raw-invoices`` or ``formatted-invoices``: the records go back as they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from invoice_operations.replay.marks import Mark, is_replay, replays
from invoice_operations.replay.plan import Plan, too_often
from invoice_operations.view.failure_book import ReadsTopics
from invoice_operations.view.topic_reader import Span
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.serde import from_bytes


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """Which records of a topic; what is not given does not restrict."""

    span: Span
    customer_id: str | None = None
    include_replays: bool = False
    max_replays: int = 3


class TopicReplay:
    """Reads the topic once to plan and once to send: nothing but sums is held."""

    def __init__(
        self, reader: ReadsTopics, topic: str, model: type[RawInvoice | FormattedInvoice], choice: TopicChoice
    ) -> None:
        self._reader = reader
        self._topic = topic
        self._model = model
        self._choice = choice

    def plan(self) -> Plan:
        """Count what would be put back."""
        plan = Plan()
        for record in self._reader.read(self._topic, self._choice.span):
            invoice = self._invoice(record)
            if not self._is_customers(invoice):
                continue
            if why := self._why_not(record):
                plan.left_out[why] += 1
                continue
            plan.selected += 1
            plan.tally.count(self._topic, _kind(invoice), record.time, _money(invoice))
        return plan

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Give the records, marked."""
        for record in self._reader.read(self._topic, self._choice.span):
            if self._why_not(record) is None and self._is_customers(self._invoice(record)):
                yield OutgoingRecord(self._topic, record.key, record.value, mark.on(record.headers))

    def _why_not(self, record: Record) -> str | None:
        if is_replay(record.headers) and not self._choice.include_replays:
            return "put back by an earlier replay (--include-replays)"
        if replays(record.headers) >= self._choice.max_replays:
            return too_often(self._choice.max_replays)
        return None

    def _invoice(self, record: Record) -> RawInvoice | FormattedInvoice | None:
        try:
            return from_bytes(self._model, record.value)
        except MalformedRecord:
            return None

    def _is_customers(self, invoice: RawInvoice | FormattedInvoice | None) -> bool:
        wanted = self._choice.customer_id
        return wanted is None or (invoice is not None and _customer(invoice) == wanted)


def _customer(invoice: RawInvoice | FormattedInvoice) -> str:
    return invoice.customer_id if isinstance(invoice, RawInvoice) else invoice.metronome_customer_id


def _kind(invoice: RawInvoice | FormattedInvoice | None) -> str:
    if invoice is None:
        return "unreadable"
    return invoice.source if isinstance(invoice, RawInvoice) else invoice.destination


def _money(invoice: RawInvoice | FormattedInvoice | None) -> tuple[Decimal, str] | None:
    return (invoice.total, invoice.currency) if isinstance(invoice, FormattedInvoice) else None
