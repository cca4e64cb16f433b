"""A billing system and a Metronome in memory, which keep what they are sent and fail when a test
says so.
"""

from collections import deque
from collections.abc import Collection, Mapping

from invoice_providers.base import Begun, Found, Presence, Thing
from invoice_shared.errors import AlreadyExists, CallFailed
from invoice_shared.failure import ProviderResponse
from invoice_shared.invoice import DocumentType, FormattedInvoice

TAKEN = ProviderResponse(status=400, body="This record already exists.")


class FakeProvider:
    """Holds one document per invoice id, as the real ones do.

    ``fails`` holds errors for the next calls. A look also shows what somebody ``removed``.
    ``answer`` is what a create answers instead of id and total.
    """

    name = "netsuite"

    def __init__(self) -> None:
        self.documents: dict[str, Found] = {}
        self.removed: list[Found] = []
        self.answer: Found | None = None
        self.calls: list[str] = []
        self.generations: list[str] = []
        self.begun: list[Begun | None] = []
        self.fails: deque[Exception | None] = deque()
        self.fails_after_storing: deque[CallFailed] = deque()

    @staticmethod
    def taken(reason: str) -> AlreadyExists:
        """Return the message of a refusal because the id is taken."""
        return AlreadyExists(reason, response=TAKEN)

    def create(
        self, document: FormattedInvoice, *, generation: str = "", begun: Begun | None = None
    ) -> Found:
        """Store the document, unless its id is taken."""
        self.generations.append(generation)
        self.begun.append(begun)
        self._call("create")
        if document.invoice_id in self.documents:
            raise self.taken("This record already exists.")
        number = str(1001 + len(self.documents))
        self.documents[document.invoice_id] = Found(
            number, document.invoice_id, document.total, document.currency
        )
        if self.fails_after_storing:
            raise self.fails_after_storing.popleft()
        return self.answer or Found(number, total=document.total)

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """Look the document up."""
        self._call("look")
        found = self.documents.get(document.invoice_id)
        return (*self.removed, *(() if found is None else (found,)))

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """Return the document with the given document id."""
        self._call(f"read {document_id}")
        return next(
            (found for found in self.documents.values() if found.document_id == document_id), None
        )

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """Know nothing of customers and items."""
        return {}

    def _call(self, name: str) -> None:
        self.calls.append(name)
        error = self.fails.popleft() if self.fails else None
        if error is not None:
            raise error


class FakeWriteback:
    """Keeps the newest status of each invoice. ``fails`` holds errors for the next calls."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}
        self.repeats: list[bool] = []
        self.forced: list[bool] = []
        self.fails: deque[CallFailed] = deque()

    def report_created(
        self,
        document: FormattedInvoice,
        created: Found,
        *,
        is_repeat: bool,
        is_forced: bool = False,
    ) -> None:
        """Store the document's id."""
        self.repeats.append(is_repeat)
        self.forced.append(is_forced)
        self._note(document, f"FINALIZED {created.document_id}")

    def report_refused(self, document: FormattedInvoice, reason: str) -> None:
        """Store the reason."""
        self._note(document, f"INVALID_REQUEST_ERROR {reason}")

    def _note(self, document: FormattedInvoice, status: str) -> None:
        if self.fails:
            raise self.fails.popleft()
        self.statuses[document.invoice_id] = status
