"""What one attempt does with one record: create the document, tell Metronome, or write down how it ended.

Every phase can be repeated: the provider knows the invoice's id, a status may be sent twice, and what is written down
is the same each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_creator.kafka.settlement import Settlement
from invoice_creator.scheduling.task import Task
from invoice_creator.scheduling.verdict import exhausted
from invoice_creator.writeback import Writeback
from invoice_providers.agreement import agreed
from invoice_providers.base import BillingProvider, CreatedDocument
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.errors import AlreadyExists, CallFailed, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import PublishFailed

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InvoiceHandler:
    """Thread-safe. ``attempt`` returns ``None`` once the task's phase is done, else why not; it never sleeps."""

    providers: Mapping[str, BillingProvider]
    writeback: Writeback
    settlement: Settlement
    metrics: Metrics
    clock: Clock

    def attempt(self, task: Task) -> CallFailed | None:
        """Make one attempt at the task's phase."""
        system, started = task.system, self.clock.monotonic()
        with tracing.span(f"{task.phase} {system}", task.record.headers):
            error = self._attempt(task)
        self.metrics.called(system, error, self.clock.monotonic() - started)
        if error is not None and not isinstance(error, Rejected):
            invoice_id = task.document.invoice_id if task.document else None
            log.info(
                "attempt failed",
                position=task.record.position,
                invoice_id=invoice_id,
                phase=task.phase,
                why=error.reason,
            )
        return error

    def _attempt(self, task: Task) -> CallFailed | None:
        try:
            match task.phase, task.document:
                case "create", FormattedInvoice() as document:
                    self._create(task, document)
                case "write-back", FormattedInvoice() as document:
                    self._report(task, document)
                case _:
                    self.settlement.settle(task)
        except CallFailed as error:
            return error
        except PublishFailed as error:
            return Unavailable(str(error), outage=True)
        return None

    def _create(self, task: Task, document: FormattedInvoice) -> None:
        task.attempts += 1
        try:
            task.created = self._document(task, document)
        except (Unavailable, Uncertain) as error:
            task.maybe_exists = task.maybe_exists or _may_have_been_carried_out(error)
            raise

    def _document(self, task: Task, document: FormattedInvoice) -> CreatedDocument:
        provider = self._provider(document)
        if task.maybe_exists:
            if (found := provider.find(document)) is not None:
                return agreed(document, found)
            if task.is_last_look:
                task.maybe_exists = False
                raise exhausted(task)
            task.maybe_exists = False
        try:
            return provider.create(document)
        except AlreadyExists as taken:
            task.maybe_exists = True
            if (found := provider.find(document)) is None:
                raise Rejected("provider-rejected", taken.reason, response=taken.response) from taken
            return agreed(document, found)

    def _provider(self, document: FormattedInvoice) -> BillingProvider:
        provider = self.providers.get(document.destination)
        if provider is None:
            raise Rejected(
                "destination-not-configured",
                f"The invoice goes to {document.destination}, which is not set up in this creator. "
                "Give its settings, or correct the customer's destination in Metronome, and replay.",
            )
        return provider

    def _report(self, task: Task, document: FormattedInvoice) -> None:
        task.reports += 1
        if task.created is not None:
            self.writeback.report_created(document, task.created)
        elif task.refusal is not None:
            self.writeback.report_refused(document, task.refusal.reason)


def _may_have_been_carried_out(error: Unavailable | Uncertain) -> bool:
    """Tell whether a document may exist after all: a gateway's 502 or 504 says nothing about what stands behind it."""
    return isinstance(error, Uncertain) or not error.outage
