"""The task of one record: its remaining phases, and the results of earlier attempts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from invoice_creator.scheduling.doubt import Doubt
from invoice_providers.base import Found
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.failure import Code, SkipReason
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metronome import METRONOME
from invoice_shared.record import Record
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.resilience.retry import PhaseAttempts

# In this order. Each may be tried again without a repeat of the one before.
Phase = Literal["create", "read-back", "write-back", "publish"]
AT_THE_PROVIDER: tuple[Phase, ...] = ("create", "read-back")

KAFKA = "kafka"
# Refusals by the provider are reported to Metronome. These codes are not: they are about our
# settings, a missing approval, or a document that exists.
NEVER_TOLD: frozenset[Code] = frozenset(
    {"destination-not-configured", "held-for-approval", "conflicting-document"}
)


@dataclass(frozen=True, slots=True)
class Skip:
    """Why an invoice is correctly not sent: the code, and a sentence for a person."""

    reason: SkipReason
    sentence: str


@dataclass(slots=True, eq=False)
class Task:
    """Used by one thread at a time: by its worker, or under the dispatcher's lock.

    - ``is_repeat``: an earlier request may exist.
    - ``refusal`` and ``skip``: why no document was created, finally.
    - ``may_exist``: a document may exist in spite of the refusal.
    - ``unreported``: why the report to Metronome failed.
    - ``created_at``: when the provider confirmed the create; ``None`` if the document was found.
    - ``doubt``: the invoice was sent, and it is unknown whether the document exists.
    - ``is_looking``: the current call only looks, so an error is not a refusal.
    - ``unshown``: the number of responses without the created document.
    - ``seen``: the invoice's removed documents, and those that it was created as.
    - ``spent``: removed documents that a repeated request was answered with.
    - ``attempts`` and ``reports``: the number of creates, and of reports to Metronome.
    - ``is_over``: settled, or dropped with its partition.
    """

    record: Record
    document: FormattedInvoice | None
    phases: tuple[Phase, ...]
    is_repeat: bool = True
    refusal: Rejected | MalformedRecord | None = None
    skip: Skip | None = None
    may_exist: bool = False
    unreported: Rejected | None = None
    created: Found | None = None
    created_at: datetime | None = None
    doubt: Doubt | None = None
    is_looking: bool = False
    seen: tuple[Found, ...] = ()
    spent: tuple[str, ...] = ()
    unshown: int = 0
    attempts: int = 0
    reports: int = 0
    phase_attempts: PhaseAttempts = field(default_factory=PhaseAttempts)
    slot: CallSlot | None = None
    is_over: bool = False

    @property
    def phase(self) -> Phase:
        """The next phase."""
        return self.phases[0]

    @property
    def system(self) -> str:
        """The system that the next phase calls; each has its own circuit."""
        if self.phase in AT_THE_PROVIDER and self.document is not None:
            return self.document.destination
        return METRONOME if self.phase == "write-back" else KAFKA

    @property
    def is_undecided(self) -> bool:
        """Return whether its create neither succeeded nor failed: the next attempt looks again."""
        return self.phase == "create" and self.doubt is not None and self.created is None

    @property
    def lane(self) -> bytes:
        """The key of its lane, whose records are processed one after the other."""
        if self.document is not None:
            return self.document.invoice_id.encode()
        return self.record.key or self.record.position.encode()

    def refused(self, error: Rejected) -> None:
        """End the phase with a final failure."""
        if self.phase in AT_THE_PROVIDER:
            self.refusal = error
        else:
            self.unreported = error
        self.move_on()

    def move_on(self) -> None:
        """Begin the next phase, with no attempts."""
        is_unseen = self.phase == "create" and self._is_unseen()
        self.phases = ("read-back", *self.phases[1:]) if is_unseen else self.phases[1:]
        self.phase_attempts = PhaseAttempts()
        if not self._is_to_be_told():
            self.phases = tuple(phase for phase in self.phases if phase != "write-back")

    def _is_unseen(self) -> bool:
        """Return whether the provider created the document without showing its total."""
        return (
            self.created is not None and self.created_at is not None and self.created.total is None
        )

    def _is_to_be_told(self) -> bool:
        if self.created is not None:
            return True
        return (
            isinstance(self.refusal, Rejected)
            and self.refusal.code not in NEVER_TOLD
            and not self.may_exist
        )
