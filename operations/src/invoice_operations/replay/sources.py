"""From what was asked to what is read: a topic, the errors topic, or the archive."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from invoice_error_sink.settings import ErrorSinkSettings
from invoice_operations.archive.reader import ArchiveReader
from invoice_operations.replay.asked import Asked
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.of_failures import FailureChoice, FailureReplay, Judge
from invoice_operations.replay.of_topic import TopicChoice, TopicReplay
from invoice_operations.replay.outgoing import put_back, start_over
from invoice_operations.replay.plan import Plan
from invoice_operations.view.failure_book import FailureBook, ReadsTopics
from invoice_operations.view.topic_reader import Span
from invoice_shared.archive.s3_archive import open_archive
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.record import OutgoingRecord, Record
from invoice_shared.settings import KafkaSettings, load


class Source(Protocol):
    """One way to choose records. ``plan`` comes first."""

    def plan(self) -> Plan:
        """Tell what would be put back."""

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Give the records, marked."""


def build(asked: Asked, reader: ReadsTopics, settings: KafkaSettings) -> Source:
    """Build the source that was asked for."""
    if asked.what == "errors":
        restart = start_over if asked.restart == "raw" else put_back
        choice = FailureChoice(asked.chosen, restart, asked.max_replays)
        return FailureReplay(_read(asked, reader, settings), _judge(asked, reader, settings), choice, settings)
    topics: dict[str, tuple[str, type[RawInvoice | FormattedInvoice]]] = {
        "raw": (settings.raw_invoices_topic, RawInvoice),
        "formatted": (settings.formatted_invoices_topic, FormattedInvoice),
    }
    choice_of_topic = TopicChoice(asked.span, asked.chosen.customer_id, asked.include_replays, asked.max_replays)
    return TopicReplay(reader, *topics[asked.what], choice_of_topic)


def _read(asked: Asked, reader: ReadsTopics, settings: KafkaSettings) -> Callable[[], Iterable[Record]]:
    span = asked.span
    if asked.storage == "s3":
        sink = load(ErrorSinkSettings)
        archive = open_archive(sink.log_errors_bucket_name_s3)
        lines = ArchiveReader(archive, sink.s3_prefix, settings.invoice_errors_topic)
        return lambda: (record for record in lines.read(span.since, span.until) if _is_at(record, span))
    in_kafka = Span(span.since, None, span.partition, span.from_offset, span.keys)  # until: by the failures' own time
    return lambda: reader.read(settings.invoice_errors_topic, in_kafka)


def _is_at(record: Record, span: Span) -> bool:
    return span.partition in (None, record.partition) and record.offset >= (span.from_offset or 0)


def _judge(asked: Asked, reader: ReadsTopics, settings: KafkaSettings) -> Judge:
    book, keys = FailureBook(reader, settings), asked.span.keys
    if asked.is_by_place:  # what only the ledger remembers lies nowhere
        return lambda cases: {name: case for name, case in book.judged(cases, keys).items() if name in cases}
    return lambda cases: book.judged(cases, keys)
