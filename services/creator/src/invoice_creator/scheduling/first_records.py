"""Decide which records are certainly the first of their invoice. Pure.

A first record is sent at once. Every other record is a repeat: its document may exist already, so
the provider is asked before it is sent. The rule is the same for all providers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from invoice_shared.headers import REPLAY_ID
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.record import Record, TopicPartition

# The clocks of Metronome, of the webhook and of this machine differ by less.
MARGIN = timedelta(seconds=60)
# About 20 MB. After an invoice is forgotten, all that were finalized before it are repeats.
MAX_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Assignment:
    """The time when this process got a partition, and the partition's end at that time."""

    since: datetime
    end: int


class FirstRecords:
    """A process's memory of partitions and invoices.

    Not thread-safe: the polling thread owns it.
    """

    def __init__(self, *, max_remembered: int = MAX_REMEMBERED) -> None:
        self._max_remembered = max_remembered
        self._assignments: dict[TopicPartition, Assignment] = {}
        # In the order in which they were seen, each with the time when it was finalized.
        self._seen: dict[str, datetime | None] = {}
        self._forgotten_until: datetime | None = None

    def assigned(self, partition: TopicPartition, end: int, now: datetime) -> None:
        """Add an assigned partition; ``end`` is the offset of its next new record."""
        self._assignments[partition] = Assignment(now, end)

    def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """Drop revoked partitions."""
        for partition in partitions:
            self._assignments.pop(partition, None)

    def take(self, record: Record, invoice: FormattedInvoice) -> bool:
        """Add a record; return whether it is certainly the first of its invoice."""
        is_first = self._is_first(record, invoice)
        self._remember(invoice)
        return is_first

    def _is_first(self, record: Record, invoice: FormattedInvoice) -> bool:
        assignment = self._assignments.get(record.topic_partition)
        return (
            assignment is not None
            and record.offset >= assignment.end
            and record.header(REPLAY_ID) is None
            and invoice.source == "webhook"
            and invoice.invoice_id not in self._seen
            and self._is_young(invoice.finalized_at, assignment)
        )

    def _is_young(self, finalized_at: datetime | None, assignment: Assignment) -> bool:
        if finalized_at is None or finalized_at < assignment.since + MARGIN:
            return False
        return self._forgotten_until is None or finalized_at > self._forgotten_until

    def _remember(self, invoice: FormattedInvoice) -> None:
        self._seen.setdefault(invoice.invoice_id, invoice.finalized_at)
        if len(self._seen) > self._max_remembered:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        finalized_at = self._seen.pop(next(iter(self._seen)))
        if finalized_at is not None:
            self._forgotten_until = max(finalized_at, self._forgotten_until or finalized_at)
