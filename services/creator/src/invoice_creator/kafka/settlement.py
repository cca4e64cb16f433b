"""Publish how an invoice ended, each record acknowledged: documents, failure, newest event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from invoice_creator.outcomes import documents_of, event_of
from invoice_creator.scheduling.task import Task
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import UNKNOWN, About, failure_of, settlement_records
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import Publisher
from invoice_shared.settings import KafkaSettings

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Thread-safe.

    After ``settle`` returned, the record's offset may be committed. Raises ``PublishFailed``.
    """

    publisher: Publisher
    topics: KafkaSettings
    accounts: Mapping[str, str | None]
    metrics: Metrics
    clock: Clock

    def settle(self, task: Task) -> None:
        """Publish the documents, the failure if any, and the outcome; then log and count them."""
        now = self.clock.now()
        failure = self._failure(task, now)
        account = self.accounts.get(task.document.destination) if task.document else None
        outcome = event_of(task, failure, account, now)
        records = settlement_records(
            failure,
            outcome,
            documents=tuple(documents_of(task, account, now)),
            headers=tracing.outgoing_headers(task.record.headers),
            topics=self.topics,
        )
        for record in records:
            self.publisher.publish(record)
        self._tell(task, failure, outcome)

    def _failure(self, task: Task, now: datetime) -> InvoiceFailure | None:
        about = _about(task.document)
        if task.refusal is not None:
            attempts = max(1, task.attempts)
            return failure_of(
                task.record,
                stage="creator",
                error=task.refusal,
                attempts=attempts,
                now=now,
                about=about,
            )
        if task.unreported is not None:
            return failure_of(
                task.record,
                stage="writeback",
                error=task.unreported,
                attempts=task.reports,
                now=now,
                about=about,
            )
        return None

    def _tell(self, task: Task, failure: InvoiceFailure | None, outcome: Outcome | None) -> None:
        event = log.bind(
            invoice_id=outcome.invoice_id if outcome else None,
            position=task.record.position,
            destination=outcome.destination if outcome else None,
            attempts=task.attempts,
        )
        if task.skip is not None:
            self.metrics.skipped(task.skip.reason)
            event.info("invoice skipped", code=task.skip.reason, reason=task.skip.sentence)
        if task.created is not None and task.document is not None:
            self.metrics.created(task.document.destination, task.document.document_type)
            event.info("invoice created", document_id=task.created.document_id)
        if task.refusal is not None and task.unreported is not None:
            event.warning("refusal not reported to Metronome", why=task.unreported.reason)
        if failure is not None:
            self.metrics.failed(failure.stage, failure.code)
            event.error(
                "invoice failed",
                stage=failure.stage,
                code=failure.code,
                reason=failure.reason,
                failure_id=failure.failure_id,
                may_exist=task.may_exist,
            )


def _about(document: FormattedInvoice | None) -> About:
    if document is None:
        return UNKNOWN
    return About(document.invoice_id, document.metronome_customer_id, document.destination)
