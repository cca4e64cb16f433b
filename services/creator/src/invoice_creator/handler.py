"""What one attempt does with one record: create the document, tell Metronome, or write down how it ended.

Every phase can be repeated: a repeat looks for the document before it is sent, a status may be sent
twice, and what is written down is the same each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_creator.comparison import agreed, may_be_of, ours_among
from invoice_creator.decisions import DecisionBook
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.scheduling.doubt import Doubt
from invoice_creator.scheduling.task import Skip, Task
from invoice_creator.writeback import Writeback
from invoice_providers.base import Begun, Found, Pending
from invoice_providers.connection import Connection
from invoice_providers.found import stands
from invoice_shared import tracing
from invoice_shared.clock import Clock
from invoice_shared.errors import AlreadyExists, CallFailed, Rejected, Unavailable, Uncertain
from invoice_shared.headers import is_forced, request_generation
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import PublishFailed
from invoice_shared.resilience.circuit import is_outage

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InvoiceHandler:
    """Thread-safe. ``attempt`` makes one attempt at a task's phase; it never sleeps.

    ``None`` means that no call failed: the phase is done, or the task says that it is in doubt still.
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
                    self._read_back(task, document)
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
            task.doubt = None  # what was merely pending has no effect
            return
        connection = self._connection(document)
        if task.is_repeat or task.doubt is not None:
            task.created = self._ours(task, connection, document)
            if task.created is None and task.doubt is not None and task.slot is not None:
                task.doubt.found_nothing(task.slot)
        # A resolution ends no doubt: what was sent before it may stand beside what was billed by hand.
        if task.created is None and resolution is None and self._may_send(task, connection):
            task.created = self._send(task, connection, document)

    def _connection(self, document: FormattedInvoice) -> Connection:
        connection = self.connections.get(document.destination)
        if connection is None:
            raise Rejected(
                "destination-not-configured",
                f"The invoice goes to {document.destination}, which is not set up in this creator. "
                "Give its settings, or correct the customer's destination in Metronome, and replay.",
            )
        return connection

    def _look(self, task: Task, connection: Connection, document: FormattedInvoice) -> tuple[Found, ...]:
        """Return what carries the invoice's id."""
        task.is_looking = True
        found = connection.look(document)
        task.is_looking = False
        task.seen = tuple(each for each in found if not stands(each))
        _warn_of_several(document, found)
        return found

    def _read(self, task: Task, connection: Connection, document: FormattedInvoice, document_id: str) -> Found:
        """Return a document by the provider's own id; one that is not there was deleted."""
        task.is_looking = True
        shown = connection.read(
            document_id,
            invoice_id=document.invoice_id,
            document_type=document.document_type,
        )
        task.is_looking = False
        return shown or Found(document_id, state="deleted")

    def _ours(self, task: Task, connection: Connection, document: FormattedInvoice) -> Found | None:
        """Look for our document; ``None`` if there is none, and one may be created.

        If none stands, the one that Metronome names counts, too: people may have changed its id.
        """
        found, known = self._look(task, connection, document), document.known_document_id
        if known is not None and not any(stands(each) or each.document_id == known for each in found):
            named = self._read(task, connection, document, known)
            found = (*found, named) if may_be_of(document, named) else found
            task.seen = tuple(each for each in found if not stands(each))
        return ours_among(
            document,
            found,
            is_forced=is_forced(task.record.headers),
            void_keeps=connection.provider.void_keeps,
        )

    def _may_send(self, task: Task, connection: Connection) -> bool:
        """Whether to send now. In doubt, a provider that recognises repeats is sent it at each look but the last.

        So is one that says where it stands. Any other is sent it once more after the last look: by then no
        server still works on the first.
        """
        doubt = task.doubt
        if doubt is None:
            return True
        if connection.provider.recognises_repeats or doubt.begun is not None:
            return not doubt.is_over
        return doubt.is_over and not doubt.is_resent

    def _send(self, task: Task, connection: Connection, document: FormattedInvoice) -> Found | None:
        """Return the document; ``None`` leaves the task in doubt."""
        self.decisions.check_approved(document)
        try:
            created = connection.create(document, generation=_generation(task), begun=_begun(task))
        except Pending as pending:
            _go_on_later(task, pending)
            return None
        except AlreadyExists as taken:
            return self._holder(task, connection, document, taken)
        except Rejected as refused:
            return self._refused(task, connection, document, refused)
        except (Unavailable, Uncertain) as error:
            if _may_have_been_carried_out(error):
                _put_in_doubt(task, error)
            raise
        task.created_at = self.clock.now()
        shown = self._confirmed(task, connection, document, created)
        task.seen = (*task.seen, shown)  # it is known, also if it is not what was asked for
        if _is_spent(task, shown):
            task.spent = (*task.spent, shown.document_id)
            return self._send(task, connection, document)
        return agreed(document, shown, void_keeps=connection.provider.void_keeps)

    def _holder(
        self, task: Task, connection: Connection, document: FormattedInvoice, taken: AlreadyExists
    ) -> Found | None:
        """Return the document that has our id; a provider that names none, and shows none, is in doubt."""
        _put_in_doubt(task, taken)
        void_keeps = connection.provider.void_keeps
        if taken.document_id is not None:
            named = self._read(task, connection, document, taken.document_id)
            if named.state != "deleted":
                return agreed(document, named, void_keeps=void_keeps)
        # Forced or not: a document that was removed, and has our id still, keeps every other out.
        return ours_among(document, self._look(task, connection, document), void_keeps=void_keeps)

    def _refused(
        self, task: Task, connection: Connection, document: FormattedInvoice, refused: Rejected
    ) -> Found | None:
        """Look once before a refusal is believed: its words may hide that our id is taken."""
        if refused.response is None:  # it was not sent
            raise refused
        if task.doubt is not None and not task.doubt.is_pending:  # a refusal of a repeated request ends no doubt
            task.doubt.cause = refused
            return None
        if (found := self._ours(task, connection, document)) is None:
            raise refused
        return found

    def _confirmed(self, task: Task, connection: Connection, document: FormattedInvoice, created: Found) -> Found:
        """Return a created document as it is now: a repeat may get an old answer about a dead one."""
        is_first = not task.is_repeat and task.doubt is None
        if is_first or not connection.provider.repeats_answers:
            return created
        return self._read(task, connection, document, created.document_id)

    def _read_back(self, task: Task, document: FormattedInvoice) -> None:
        """Compare what was created with what was asked for: a script or a price level may have changed it."""
        created, connection = task.created, self._connection(document)
        shown = created and connection.read(
            created.document_id,
            invoice_id=document.invoice_id,
            document_type=document.document_type,
        )
        if shown is None:
            raise Unavailable("The billing provider does not show yet what it has just created.")
        task.seen = (*task.seen, shown)  # it is known, also if it is not what was asked for
        task.created = None
        task.created = agreed(document, shown, void_keeps=connection.provider.void_keeps)

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


def _generation(task: Task) -> str:
    """Return what makes a request another one than those that made documents which are gone."""
    return "".join((request_generation(task.record.headers), *task.spent))


def _is_spent(task: Task, shown: Found) -> bool:
    """Whether a forced request got the old answer to another one: its document was removed since."""
    is_new = shown.document_id not in task.spent
    return is_forced(task.record.headers) and not stands(shown) and is_new


def _begun(task: Task) -> Begun | None:
    """Return what is known of earlier creates; ``None`` if surely nobody sent the invoice before."""
    if task.doubt is None:
        return Begun() if task.is_repeat else None
    return task.doubt.begun or Begun()


def _go_on_later(task: Task, pending: Pending) -> None:
    """Note where the create stands. Raises the failure of the call that failed, if one did."""
    cause = pending.cause
    # An outage is waited for; any other failure counts, so that it comes to an end.
    _put_in_doubt(task, pending if cause is None or is_outage(cause) else cause)
    if task.doubt is not None:
        task.doubt.begun = pending.begun
    if cause is not None:
        raise cause


def _put_in_doubt(task: Task, cause: CallFailed) -> None:
    doubt = task.doubt
    if doubt is None or doubt.is_over or (doubt.is_pending and not isinstance(cause, Pending)):
        if task.slot is not None:  # what is sent once more after the last look is looked for as the first was
            task.doubt = Doubt(cause, task.slot.opening, is_resent=doubt is not None and doubt.is_over)
    elif doubt.is_pending or not isinstance(cause, Pending):  # what was lost stays in doubt
        doubt.cause = cause


def _warn_of_several(document: FormattedInvoice, found: tuple[Found, ...]) -> None:
    standing = [each.document_id for each in found if stands(each)]
    if len(standing) > 1:
        log.error(
            "several documents carry one invoice's id",
            invoice_id=document.invoice_id,
            document_ids=standing,
        )


def _may_have_been_carried_out(error: Unavailable | Uncertain) -> bool:
    """Whether a document may exist after all: a gateway's 502 or 504 says nothing about what is behind it."""
    return isinstance(error, Uncertain) or not (error.outage or error.refused)
