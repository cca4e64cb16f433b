"""Make one attempt at one record: create the document, report to Metronome, or publish the result.

Every phase can be repeated: a repeat looks for the document before it sends, a status may be sent
twice, and the published records are the same each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_creator.creation import Creation
from invoice_creator.decisions import DecisionBook
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.scheduling.task import Skip, Task
from invoice_creator.writeback import Writeback
from invoice_providers.connection import Connection
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, Rejected, Unavailable
from invoice_shared.headers import is_forced
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import PublishFailed

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InvoiceHandler:
    """Thread-safe. ``attempt`` makes one attempt at a task's phase, and never sleeps.

    ``None`` means that no call failed: the phase is done, or the task is still in doubt.
    """

    connections: Mapping[str, Connection]
    decisions: DecisionBook
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
            log.info(
                "attempt failed",
                position=task.record.position,
                invoice_id=task.document.invoice_id if task.document else None,
                phase=task.phase,
                why=error.reason,
            )
        return error

    def _attempt(self, task: Task) -> CallFailed | None:
        try:
            match task.phase, task.document:
                case "create", FormattedInvoice() as document:
                    self._create(task, document)
                case "read-back", FormattedInvoice() as document:
                    self._creation(task, document).read_back()
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
        task.is_looking = False
        resolution = self.decisions.resolution(document.invoice_id, task.record.headers)
        if resolution is not None and (task.doubt is None or task.doubt.is_pending):
            task.skip = Skip("resolved-by-hand", f"Resolved by {resolution.by}: {resolution.why}")
            task.doubt = None  # a pending create has no effect
            return
        creation = self._creation(task, document)
        if task.is_repeat or task.doubt is not None:
            task.created = creation.find()
            if task.created is None and task.doubt is not None and task.slot is not None:
                task.doubt.found_nothing(task.slot)
        # A resolution does not end a doubt: the document sent before it may exist beside the one
        # that was billed by hand.
        if task.created is None and resolution is None and creation.may_send():
            self.decisions.check_approved(document)
            task.created = creation.send()

    def _creation(self, task: Task, document: FormattedInvoice) -> Creation:
        connection = self.connections.get(document.destination)
        if connection is None:
            raise Rejected(
                "destination-not-configured",
                f"The invoice goes to {document.destination}, which this creator has no settings"
                " for. Set them, or correct the customer's destination in Metronome, and replay.",
            )
        return Creation(task, document, connection, self.clock)

    def _report(self, task: Task, document: FormattedInvoice) -> None:
        task.reports += 1
        if task.created is not None:
            self.writeback.report_created(
                document,
                task.created,
                is_repeat=task.is_repeat,
                is_forced=is_forced(task.record.headers),
            )
        elif task.refusal is not None:
            self.writeback.report_refused(document, task.refusal.reason)
