"""Create one invoice's document at a billing provider: look, send, and check each response."""

from dataclasses import dataclass

from invoice_creator.comparison import may_be_of, ours_among, verify_same_document
from invoice_creator.doubting import go_on_later, put_in_doubt
from invoice_creator.scheduling.task import Task
from invoice_providers.base import Begun, Found, Pending
from invoice_providers.connection import Connection
from invoice_providers.found import stands
from invoice_shared.clock import Clock
from invoice_shared.errors import AlreadyExists, Rejected, Unavailable, Uncertain
from invoice_shared.headers import is_forced, request_generation
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.logs import get_logger

log = get_logger(__name__)

# Responses without the created document before it counts as removed: a minute and a half on
# average, which is longer than a provider takes to show a new document.
MAX_UNSHOWN = 10


@dataclass(frozen=True, slots=True)
class Creation:
    """One attempt for one task.

    Changes the task. Raises ``CallFailed``.
    """

    task: Task
    document: FormattedInvoice
    connection: Connection
    clock: Clock

    def find(self) -> Found | None:
        """Return our document, or ``None`` if there is none and one may be created.

        If none exists, the one that Metronome names counts, too: a person may have changed its id.
        """
        found, known = self._look(), self.document.known_document_id
        if known is not None and not any(
            stands(each) or each.document_id == known for each in found
        ):
            named = self._read(known)
            found = (*found, named) if may_be_of(self.document, named) else found
            self.task.seen = tuple(each for each in found if not stands(each))
        return ours_among(
            self.document,
            found,
            is_forced=is_forced(self.task.record.headers),
            void_keeps=self.connection.provider.void_keeps,
        )

    def may_send(self) -> bool:
        """Return whether to send now.

        In doubt, the invoice is sent at each look except the last to a provider that recognises
        repeats, or that reports its progress. To any other it is sent once more after the last
        look: by then no server still processes the first request.
        """
        doubt = self.task.doubt
        if doubt is None:
            return True
        if self.connection.provider.recognises_repeats or doubt.begun is not None:
            return not doubt.is_over
        return doubt.is_over and not doubt.is_resent

    def send(self) -> Found | None:
        """Send, and return the document, or ``None`` if the task is in doubt."""
        try:
            created = self.connection.create(
                self.document, generation=_generation(self.task), begun=_begun(self.task)
            )
        except Pending as pending:
            go_on_later(self.task, pending)
            return None
        except AlreadyExists as taken:
            return self._holder(taken)
        except Rejected as refused:
            return self._refused(refused)
        except (Unavailable, Uncertain) as error:
            if _may_have_been_carried_out(error):
                put_in_doubt(self.task, error)
            raise
        self.task.created_at = self.clock.now()
        shown = self._confirmed(created)
        self.task.seen = (
            *self.task.seen,
            shown,
        )  # known, even if it is not the right one
        if _is_spent(self.task, shown):
            self.task.spent = (*self.task.spent, shown.document_id)
            return self.send()
        return verify_same_document(
            self.document, shown, void_keeps=self.connection.provider.void_keeps
        )

    def read_back(self) -> None:
        """Compare the created document with the invoice: a script or price level can change it.

        A document that is not shown after ``MAX_UNSHOWN`` looks was removed in the meantime. It
        stays in the ledger, and the next reconciliation reports it.
        """
        created = self.task.created
        shown = created and self._shown(created.document_id)
        if shown is None:
            self.task.unshown += 1
            if self.task.unshown > MAX_UNSHOWN:
                return
            raise Unavailable(
                "The billing provider does not show the document that it has just created."
            )
        self.task.seen = (
            *self.task.seen,
            shown,
        )  # known, even if it is not the right one
        self.task.created = None
        self.task.created = verify_same_document(
            self.document, shown, void_keeps=self.connection.provider.void_keeps
        )

    def _holder(self, taken: AlreadyExists) -> Found | None:
        """Return the document that has our id; if the provider shows none, the task is in doubt."""
        put_in_doubt(self.task, taken)
        void_keeps = self.connection.provider.void_keeps
        if taken.document_id is not None:
            named = self._read(taken.document_id)
            if named.state != "deleted":
                return verify_same_document(self.document, named, void_keeps=void_keeps)
        # Forced or not: a removed document that still has our id prevents another one.
        return ours_among(self.document, self._look(), void_keeps=void_keeps)

    def _refused(self, refused: Rejected) -> Found | None:
        """Look once after a refusal: its text may not say that our id is taken."""
        if refused.response is None:  # the request was not sent
            raise refused
        doubt = self.task.doubt
        if (
            doubt is not None and not doubt.is_pending
        ):  # a refusal of a repeated request does not end a doubt
            doubt.cause = refused
            return None
        if (found := self.find()) is None:
            raise refused
        return found

    def _confirmed(self, created: Found) -> Found:
        """Return a created document as it is now: a repeat can get an old response."""
        is_first = not self.task.is_repeat and self.task.doubt is None
        if is_first or not self.connection.provider.repeats_answers:
            return created
        return self._read(created.document_id)

    def _look(self) -> tuple[Found, ...]:
        """Return the documents with the invoice's id."""
        self.task.is_looking = True
        found = self.connection.look(self.document)
        self.task.is_looking = False
        self.task.seen = tuple(each for each in found if not stands(each))
        _warn_of_several(self.document, found)
        return found

    def _read(self, document_id: str) -> Found:
        """Return a document by the provider's id; one that is not found was deleted."""
        self.task.is_looking = True
        shown = self._shown(document_id)
        self.task.is_looking = False
        return shown or Found(document_id, state="deleted")

    def _shown(self, document_id: str) -> Found | None:
        return self.connection.read(
            document_id,
            invoice_id=self.document.invoice_id,
            document_type=self.document.document_type,
        )


def _generation(task: Task) -> str:
    """Return the part of the request key that excludes requests of removed documents."""
    return "".join((request_generation(task.record.headers), *task.spent))


def _is_spent(task: Task, shown: Found) -> bool:
    """Return whether a forced request got an old response about a removed document."""
    is_new = shown.document_id not in task.spent
    return is_forced(task.record.headers) and not stands(shown) and is_new


def _begun(task: Task) -> Begun | None:
    """Return the known state of earlier requests, or ``None`` if certainly none was sent."""
    if task.doubt is None:
        return Begun() if task.is_repeat else None
    return task.doubt.begun or Begun()


def _warn_of_several(document: FormattedInvoice, found: tuple[Found, ...]) -> None:
    standing = [each.document_id for each in found if stands(each)]
    if len(standing) > 1:
        log.error(
            "several documents carry one invoice's id",
            invoice_id=document.invoice_id,
            document_ids=standing,
        )


def _may_have_been_carried_out(error: Unavailable | Uncertain) -> bool:
    """Return whether a document may exist: a 502 or 504 does not tell what the server did."""
    return isinstance(error, Uncertain) or not (error.outage or error.refused)
