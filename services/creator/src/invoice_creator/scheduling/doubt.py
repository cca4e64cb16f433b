"""The doubt about an invoice that was sent: its document is searched for, then given up.

Pure.

A provider can create a document long after we stopped waiting for it. Only a document that is
found, or the last look, ends the doubt. A refusal of a repeated request does not.
"""

from dataclasses import dataclass

from invoice_providers.base import Begun, Pending
from invoice_shared.errors import CallFailed
from invoice_shared.resilience.circuit import CallSlot

# Multiples of UNCERTAIN_SETTLE_SECONDS: 5, 10, 20, 40 and 60 s by default, more than two minutes in
# all. Servers give a request up after 2 minutes (QuickBooks' limit).
PAUSES = (1, 2, 4, 8, 12)


@dataclass(slots=True)
class Doubt:
    """``cause`` is the provider's last error; ``looks`` counts looks that found no document.

    ``begun`` is what the provider needs with the next create, which then is safe at each look.
    ``is_resent`` means that the invoice was sent once more after the last look, and that the looks
    begin again. ``opening`` is the circuit's at the last look: time during an outage does not
    count.
    """

    cause: CallFailed
    opening: int
    looks: int = 0
    begun: Begun | None = None
    is_resent: bool = False

    @property
    def is_pending(self) -> bool:
        """Return whether no response was lost: the provider only asks for the next step later."""
        return isinstance(self.cause, Pending)

    @property
    def is_over(self) -> bool:
        """Return whether the last look found no document. A pending create is never given up."""
        return self.looks >= len(PAUSES) and not self.is_pending

    def pause(self, settle_seconds: float) -> float:
        """Return the seconds until the next look."""
        return PAUSES[min(self.looks, len(PAUSES) - 1)] * settle_seconds

    def found_nothing(self, slot: CallSlot) -> None:
        """Count a look without a document, if the circuit was closed since the look before it."""
        if slot.opening == self.opening and not slot.is_probe:
            self.looks += 1
        self.opening = slot.opening
