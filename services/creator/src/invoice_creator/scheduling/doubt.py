"""An invoice that was sent and may stand all the same: looked for until it is found, or given up.

Pure.

A provider may carry a create out long after we stopped waiting for it. Only a document that is
found, or the last look, ends the doubt: a refusal of a repeated request does not.
"""

from dataclasses import dataclass

from invoice_providers.base import Begun, Pending
from invoice_shared.errors import CallFailed
from invoice_shared.resilience.circuit import CallSlot

# Of UNCERTAIN_SETTLE_SECONDS: 5, 10, 20, 40 and 60 s by default, more than two minutes in all.
# Servers give a request up after 2 minutes (QuickBooks' own limit).
PAUSES = (1, 2, 4, 8, 12)


@dataclass(slots=True)
class Doubt:
    """``cause`` is the newest thing that the provider said; ``looks`` counts those that found
    nothing.

    ``begun`` is what the provider wants to be given with the next create; then a create is safe at
    each look. ``is_resent``: it was sent once more after the last look, and is looked for from the
    beginning. ``opening`` is the circuit's at the newest look: what was waited through an outage
    does not count.
    """

    cause: CallFailed
    opening: int
    looks: int = 0
    begun: Begun | None = None
    is_resent: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether nothing was lost: the provider only asks for the next step, later."""
        return isinstance(self.cause, Pending)

    @property
    def is_over(self) -> bool:
        """Whether the last look found nothing. What is merely pending is never given up."""
        return self.looks >= len(PAUSES) and not self.is_pending

    def pause(self, settle_seconds: float) -> float:
        """Return the seconds until the next look."""
        return PAUSES[min(self.looks, len(PAUSES) - 1)] * settle_seconds

    def found_nothing(self, slot: CallSlot) -> None:
        """Note a look in vain. It counts if the circuit was closed from the one before it on."""
        if slot.opening == self.opening and not slot.is_probe:
            self.looks += 1
        self.opening = slot.opening
