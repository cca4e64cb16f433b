"""Settle a record: decide how it ends, then publish the result.

Returns only when every published record is acknowledged.
"""

from invoice_formatter.handler import InvoiceHandler
from invoice_formatter.results import Failed, Formatted, Settlement, Skipped
from invoice_formatter.underway import Underway
from invoice_shared import serde
from invoice_shared.errors import Rejected
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import settlement_records
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import AsyncPublisher, RecordTooLarge
from invoice_shared.record import Headers, OutgoingRecord, Record
from invoice_shared.settings import KafkaSettings
from invoice_shared.tracing import span

log = get_logger(__name__)


class Settling:
    """Settles records. Repeatable: the same record gives the same document and failure id."""

    def __init__(
        self,
        handler: InvoiceHandler,
        publisher: AsyncPublisher,
        underway: Underway,
        *,
        topics: KafkaSettings,
        metrics: Metrics,
    ) -> None:
        self._handler = handler
        self._underway = underway
        self._publisher = publisher
        self._topics = topics
        self._metrics = metrics

    async def settle(self, record: Record) -> None:
        """Settle a record; when this returns, it may be acknowledged."""
        with span("format invoice", record.headers):
            settlement = await self._handler.handle(record)
            with self._underway.step():
                await self._write_down(settlement, record)

    async def _write_down(self, settlement: Settlement, record: Record) -> None:
        try:
            await self._write(settlement, record)
        except RecordTooLarge as error:
            if not isinstance(settlement, Formatted):
                raise
            await self._write(
                self._handler.refuse(record, settlement, _too_large(settlement, error)), record
            )

    async def _write(self, settlement: Settlement, record: Record) -> None:
        match settlement:
            case Formatted():
                await self._write_formatted(settlement, record)
            case Skipped():
                await self._write_skipped(settlement, record)
            case Failed():
                await self._write_failed(settlement, record)

    async def _write_formatted(self, settlement: Formatted, record: Record) -> None:
        document = settlement.document
        topic, key = self._topics.formatted_invoices_topic, document.invoice_id.encode()
        await self._publisher.publish(
            OutgoingRecord(topic, key, serde.to_bytes(document), settlement.headers)
        )
        self._metrics.formatted(document.destination)
        log.info(
            "invoice formatted",
            invoice_id=document.invoice_id,
            position=record.position,
            destination=document.destination,
        )

    async def _write_skipped(self, settlement: Skipped, record: Record) -> None:
        await self._file(None, settlement.outcome, settlement.headers)
        self._metrics.skipped(settlement.code)
        log.info(
            "invoice skipped",
            invoice_id=settlement.outcome.invoice_id,
            position=record.position,
            code=settlement.code,
            reason=settlement.outcome.reason,
        )

    async def _write_failed(self, settlement: Failed, record: Record) -> None:
        failure = settlement.failure
        await self._file(failure, settlement.outcome, settlement.headers)
        self._metrics.failed("formatter", failure.code)
        log.error(
            "invoice failed",
            invoice_id=failure.invoice_id,
            position=record.position,
            destination=failure.destination,
            stage=failure.stage,
            code=failure.code,
            reason=failure.reason,
            failure_id=failure.failure_id,
        )

    async def _file(
        self, failure: InvoiceFailure | None, outcome: Outcome | None, headers: Headers
    ) -> None:
        for record in settlement_records(failure, outcome, headers=headers, topics=self._topics):
            await self._publisher.publish(record)


def _too_large(settlement: Formatted, error: RecordTooLarge) -> Rejected:
    count = len(settlement.document.line_items)
    return Rejected(
        "invalid-invoice",
        f"The document of {count} lines is too large for the topic ({error}). Set"
        " LINE_GROUPING=by_item, or raise the topic's max.message.bytes.",
    )
