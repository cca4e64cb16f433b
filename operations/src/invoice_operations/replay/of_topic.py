"""Replaying ``raw-invoices`` or ``formatted-invoices``: the records go back as they are."""

from collections.abc import Iterator
from decimal import Decimal

from invoice_operations.replay.marks import Mark, is_replay, replays
from invoice_operations.replay.plan import Plan, too_often
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import Done
from invoice_operations.view.records_of import ReadsTopics
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.serde import from_bytes


class TopicReplay:
    """Reads the topic once to plan and once to send: nothing but sums is held."""

    def __init__(
        self, reader: ReadsTopics, topic: str, model: type[RawInvoice | FormattedInvoice], request: ReplayRequest
    ) -> None:
        self._reader = reader
        self._topic = topic
        self._model = model
        self._request = request
        self._selected = 0

    def plan(self) -> Plan:
        """Count what would be put back."""
        plan = Plan()
        for record in self._chosen():
            if why := self._why_not(record):
                plan.left_out[why] += 1
                continue
            invoice = self._invoice(record)
            plan.selected += 1
            plan.tally.count(self._topic, _kind(invoice), record.time, _money(invoice))
        self._selected = plan.selected
        return plan

    def left(self, done: Done) -> int:
        """Count the planned records that are not done yet."""
        return max(0, self._selected - done.total())

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the records, marked."""
        for record in self._chosen():
            if self._why_not(record) is None:
                yield OutgoingRecord(self._topic, record.key, record.value, mark.on(record.headers))

    def _chosen(self) -> Iterator[Record]:
        chosen = self._request.chosen
        return filter(chosen.matches_record, self._reader.read(self._topic, chosen.span()))

    def _why_not(self, record: Record) -> str | None:
        if is_replay(record.headers) and not self._request.include_replays:
            return "put back by an earlier replay (--include-replays)"
        if replays(record.headers) >= self._request.max_replays:
            return too_often(self._request.max_replays)
        return None

    def _invoice(self, record: Record) -> RawInvoice | FormattedInvoice | None:
        try:
            return from_bytes(self._model, record.value)
        except MalformedRecord:
            return None


def _kind(invoice: RawInvoice | FormattedInvoice | None) -> str:
    if invoice is None:
        return "unreadable"
    return invoice.source if isinstance(invoice, RawInvoice) else invoice.destination


def _money(invoice: RawInvoice | FormattedInvoice | None) -> tuple[Decimal, str] | None:
    return (invoice.total, invoice.currency) if isinstance(invoice, FormattedInvoice) else None
