"""Writing down how an invoice ended, each record acknowledged by the broker: failure first, then the ledger."""

from dataclasses import dataclass
from decimal import Decimal

from invoice_creator.scheduling.task import Task
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import NOBODY_KNOWN, About, failed_outcome, failure_of, settlement_records
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.outcome import Outcome
from invoice_shared.publishing import Publisher
from invoice_shared.settings import KafkaSettings

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Thread-safe. When ``settle`` returns the record's offset may be committed; it raises ``PublishFailed``."""

    publisher: Publisher
    topics: KafkaSettings
    metrics: Metrics
    clock: Clock

    def settle(self, task: Task) -> None:
        """File the failure, if there is one, and enter the outcome; tell log and metrics once both are safe."""
        failure = self._failure(task)
        outcome = self._outcome(task, failure)
        headers = tracing.outgoing_headers(task.record.headers)
        for record in settlement_records(failure, outcome, headers=headers, topics=self.topics):
            self.publisher.publish(record)
        self._tell(task, failure, outcome)

    def _failure(self, task: Task) -> InvoiceFailure | None:
        about, now = _about(task.document), self.clock.now()
        if task.refusal is not None:
            attempts = max(1, task.attempts)
            return failure_of(task.record, stage="creator", error=task.refusal, attempts=attempts, now=now, about=about)
        if task.unreported is not None:
            return failure_of(
                task.record, stage="writeback", error=task.unreported, attempts=task.reports, now=now, about=about
            )
        return None

    def _outcome(self, task: Task, failure: InvoiceFailure | None) -> Outcome | None:
        known = None if task.document is None else self._known(task, task.document)
        if task.created is None and failure is not None:
            return failed_outcome(failure, known)
        if known is None or failure is None:
            return known
        return known.model_copy(
            update={
                "stage": failure.stage,
                "code": failure.code,
                "reason": failure.reason,
                "failure_id": failure.failure_id,
            }
        )

    def _known(self, task: Task, document: FormattedInvoice) -> Outcome:
        return Outcome(
            invoice_id=document.invoice_id,
            customer_id=document.metronome_customer_id,
            outcome="created",
            stage="creator",
            destination=document.destination,
            document_type=document.document_type,
            external_customer_id=document.external_customer_id,
            issue_date=document.issue_date,
            provider_document_id=task.created.document_id if task.created else None,
            total=_signed_total(document),
            currency=document.currency,
            finalized_at=document.finalized_at,
            received_at=document.received_at,
            settled_at=self.clock.now(),
        )

    def _tell(self, task: Task, failure: InvoiceFailure | None, outcome: Outcome | None) -> None:
        event = log.bind(
            invoice_id=outcome.invoice_id if outcome else None,
            position=task.record.position,
            destination=outcome.destination if outcome else None,
            attempts=task.attempts,
        )
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
            )


def _about(document: FormattedInvoice | None) -> About:
    if document is None:
        return NOBODY_KNOWN
    return About(document.invoice_id, document.metronome_customer_id, document.destination)


def _signed_total(document: FormattedInvoice) -> Decimal:
    """Give the total with Metronome's sign: a credit memo carries it flipped."""
    return document.total.copy_negate() if document.document_type == "credit_memo" else document.total
