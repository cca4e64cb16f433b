"""What one attempt does with one record: create the document, tell Metronome, or write down how it ended.

Every phase can be repeated: the provider knows the invoice's id, a status may be sent twice, and what is written down
is the same each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_creator.agreement import agreed
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.repeats import must_look_first
from invoice_creator.scheduling.task import Task
from invoice_creator.scheduling.verdict import exhausted
from invoice_creator.writeback import Writeback
from invoice_providers.base import Found
from invoice_providers.connection import Connection
from invoice_providers.found import likeliest
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

    connections: Mapping[str, Connection]
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
        connection = self._connection(document)
        recognised_for = connection.provider.recognises_repeats_for
        if must_look_first(document, in_doubt=task.maybe_exists, recognised_for=recognised_for, now=self.clock.now()):
            task.created = self._looked_up(task, connection, document)
        if task.created is None:
            task.created = self._made(task, connection, document)

    def _looked_up(self, task: Task, connection: Connection, document: FormattedInvoice) -> Found | None:
        if (found := _look(connection, document)) is not None:
            return agreed(document, found)
        was_doubted, task.maybe_exists = task.maybe_exists, False
        if was_doubted and task.is_last_look:
            raise exhausted(task)
        return None

    def _made(self, task: Task, connection: Connection, document: FormattedInvoice) -> Found:
        try:
            created = connection.create(document)
        except AlreadyExists as taken:
            task.maybe_exists = True
            created = _holder(connection, document, taken)
        except (Unavailable, Uncertain) as error:
            task.maybe_exists = _may_have_been_carried_out(error)
            raise
        return agreed(document, created)

    def _connection(self, document: FormattedInvoice) -> Connection:
        connection = self.connections.get(document.destination)
        if connection is None:
            raise Rejected(
                "destination-not-configured",
                f"The invoice goes to {document.destination}, which is not set up in this creator. "
                "Give its settings, or correct the customer's destination in Metronome, and replay.",
            )
        return connection

    def _report(self, task: Task, document: FormattedInvoice) -> None:
        task.reports += 1
        if task.created is not None:
            self.writeback.report_created(document, task.created)
        elif task.refusal is not None:
            self.writeback.report_refused(document, task.refusal.reason)


def _look(connection: Connection, document: FormattedInvoice) -> Found | None:
    found = connection.look(document)
    naming_it = [each.document_id for each in found if each.invoice_id == document.invoice_id]
    if len(naming_it) > 1:
        log.error("several documents name one invoice", invoice_id=document.invoice_id, document_ids=naming_it)
    return likeliest(found, document.invoice_id)


def _holder(connection: Connection, document: FormattedInvoice, taken: AlreadyExists) -> Found:
    """Return the document that has our id, the named one if the refusal names one.

    Raises ``Rejected`` if nobody has it: the refusal had another reason.
    """
    found = None
    if taken.document_id is not None:
        found = connection.read(taken.document_id, invoice_id=document.invoice_id, document_type=document.document_type)
    found = found or _look(connection, document)
    if found is None:
        raise Rejected("provider-rejected", taken.reason, response=taken.response) from taken
    return found


def _may_have_been_carried_out(error: Unavailable | Uncertain) -> bool:
    """Whether a document may exist after all: a gateway's 502 or 504 says nothing about what is behind it."""
    return isinstance(error, Uncertain) or not error.outage
