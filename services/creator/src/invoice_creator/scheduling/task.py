"""One record on its way: what is still to do with it, and what is known from earlier attempts."""

from dataclasses import dataclass, field
from typing import Literal

from invoice_providers.base import Found
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.failure import Code
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metronome import METRONOME
from invoice_shared.record import Record
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.resilience.retry import PhaseAttempts

Phase = Literal["create", "write-back", "publish"]
"""In this order; each may be tried again without repeating the one before."""

KAFKA = "kafka"
# It says something about our settings, and nothing about the invoice.
NEVER_TOLD: frozenset[Code] = frozenset({"destination-not-configured"})


@dataclass(slots=True, eq=False)
class Task:
    """Held by one thread at a time: by the worker that took it, else under the dispatcher's lock."""

    record: Record
    document: FormattedInvoice | None
    phases: tuple[Phase, ...]
    refusal: Rejected | MalformedRecord | None = None
    """Why no document was created; final."""
    unreported: Rejected | None = None
    """Why Metronome could not be told."""
    created: Found | None = None
    attempts: int = 0
    """To create."""
    reports: int = 0
    """Attempts to tell Metronome."""
    maybe_exists: bool = False
    """A request went out whose outcome is not known: look before the next."""
    last_look_in: int | None = None
    """The circuit's opening in which the retries were used up: look once more, then file."""
    phase_attempts: PhaseAttempts = field(default_factory=PhaseAttempts)
    slot: CallSlot | None = None
    is_over: bool = False
    """Settled, or given up with its partition: nothing is done with it any more."""

    @property
    def phase(self) -> Phase:
        """What is to do next."""
        return self.phases[0]

    @property
    def system(self) -> str:
        """Whom the next phase calls; each has a circuit of its own."""
        if self.phase == "create" and self.document is not None:
            return self.document.destination
        return METRONOME if self.phase == "write-back" else KAFKA

    @property
    def is_last_look(self) -> bool:
        """Tell whether the retries are still used up now that the attempt begins: an outage since then voids them."""
        return self.slot is not None and self.slot.opening == self.last_look_in

    @property
    def lane(self) -> bytes:
        """Records of one lane are worked on in order, never at the same time."""
        if self.document is not None:
            return self.document.invoice_id.encode()
        return self.record.key or self.record.position.encode()

    def refused(self, error: Rejected) -> None:
        """End the phase without success, for good."""
        if self.phase == "create":
            self.refusal = error
        else:
            self.unreported = error
        self.move_on()
        if error.code in NEVER_TOLD:
            self.phases = tuple(phase for phase in self.phases if phase != "write-back")

    def move_on(self) -> None:
        """Enter the next phase with a clean slate."""
        self.phases = self.phases[1:]
        self.phase_attempts = PhaseAttempts()
