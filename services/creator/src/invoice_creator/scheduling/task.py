"""One record on its way: what is still to do with it, and what is known from earlier attempts."""

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

# In this order; each may be tried again without repeating the one before.
Phase = Literal["create", "read-back", "write-back", "publish"]
AT_THE_PROVIDER: tuple[Phase, ...] = ("create", "read-back")

KAFKA = "kafka"
# Metronome hears of refusals by the provider. These are about our settings, a person's approval
# that is awaited, or a document that exists.
NEVER_TOLD: frozenset[Code] = frozenset(
    {"destination-not-configured", "held-for-approval", "conflicting-document"}
)


@dataclass(frozen=True, slots=True)
class Skip:
    """Why an invoice is rightly not sent: the code, and a sentence for a person."""

    reason: SkipReason
    sentence: str


@dataclass(slots=True, eq=False)
class Task:
    """Held by one thread at a time: by the worker that took it, else under the dispatcher's lock.

    ``is_repeat``: somebody may have sent the invoice before. ``refusal`` and ``skip`` say why no
    document was created, for good; ``may_exist`` that one may exist all the same. ``unreported``
    says why Metronome could not be told. ``created_at`` is when the provider answered that it is
    created; ``None`` of a document that was found. ``doubt``: it was sent, and it is not known
    whether the document exists. ``is_looking``: the call under way only looks, so what it cannot
    tell is no refusal. ``unshown`` counts the answers that do not show what was created. ``seen``
    are documents of the invoice that do not stand, or that it was created as. ``spent`` are those,
    removed since, that a repeated request was answered with. ``attempts`` counts those to create,
    ``reports`` those to tell Metronome. ``is_over``: settled, or given up with its partition;
    nothing is done with it any more.
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
        """What is to do next."""
        return self.phases[0]

    @property
    def system(self) -> str:
        """Whom the next phase calls; each has a circuit of its own."""
        if self.phase in AT_THE_PROVIDER and self.document is not None:
            return self.document.destination
        return METRONOME if self.phase == "write-back" else KAFKA

    @property
    def is_undecided(self) -> bool:
        """Whether its create neither succeeded nor failed: the document is looked for again."""
        return self.phase == "create" and self.doubt is not None and self.created is None

    @property
    def lane(self) -> bytes:
        """Records of one lane are worked on in order, never at the same time."""
        if self.document is not None:
            return self.document.invoice_id.encode()
        return self.record.key or self.record.position.encode()

    def refused(self, error: Rejected) -> None:
        """End the phase without success, for good."""
        if self.phase in AT_THE_PROVIDER:
            self.refusal = error
        else:
            self.unreported = error
        self.move_on()

    def move_on(self) -> None:
        """Enter the next phase with a clean slate."""
        is_unseen = self.phase == "create" and self._is_unseen()
        self.phases = ("read-back", *self.phases[1:]) if is_unseen else self.phases[1:]
        self.phase_attempts = PhaseAttempts()
        if not self._is_to_be_told():
            self.phases = tuple(phase for phase in self.phases if phase != "write-back")

    def _is_unseen(self) -> bool:
        """Whether the provider made the document, and did not show which total it has."""
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
