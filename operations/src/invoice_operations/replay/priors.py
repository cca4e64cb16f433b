"""What is known of invoices before a replay, and which of it excludes them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from invoice_operations.replay.request import ReplayRequest
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.view import View
from invoice_shared.failure import Code

RESOLVED = "resolved by hand (--include-resolved)"
CREATED = "created already (--force)"
ELSEWHERE = "with a document at another destination"
DOUBTFUL = "with a document that may exist at another destination (--force)"
# Definite refusals, which a provider that remembers requests would repeat.
REFUSALS: frozenset[Code] = frozenset(
    {"provider-rejected", "conflicting-document", "document-removed"}
)


class KnowsDestinations(Protocol):
    """See ``present_destinations.PresentDestinations``."""

    def __call__(self, customer_id: str, invoice_id: str, /) -> str | None:
        """Return an invoice's current destination; ``None`` if unknown."""


# Returns an invoice's destination. Called only if it matters.
Destination = Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of one invoice.

    ``is_resolved``: a person resolved it, whatever happened since.
    """

    known: KnownInvoice = field(default_factory=KnownInvoice)
    is_resolved: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether the newest failure is a provider's refusal, without doubt about a document."""
        newest = self.known.newest
        if newest is None or newest.outcome not in ("failed", "resolved"):
            return False
        return newest.code in REFUSALS and not newest.may_exist

    def why_left_out(self, request: ReplayRequest, destination: Destination) -> str | None:
        """Return why a record of the invoice is excluded; ``None`` if it is not."""
        if self.is_resolved and not request.include_resolved:
            return RESOLVED
        standing = self.known.standing
        if not standing:
            return None if request.force else self._why_in_doubt(destination)
        if request.what == "formatted" and not request.force:
            return CREATED
        goes_to = destination()
        return (
            ELSEWHERE if any(goes_to not in (None, each.destination) for each in standing) else None
        )

    def _why_in_doubt(self, destination: Destination) -> str | None:
        """Return a reason if a document may exist at the old destination, which is not checked."""
        newest = self.known.newest
        if newest is None or not newest.may_exist:
            return None
        return DOUBTFUL if destination() not in (None, newest.destination) else None


class Books(Protocol):
    """The look-ups of a replay. See ``sources``."""

    def priors(self, invoice_ids: Iterable[str]) -> Mapping[str, Prior]:
        """Return what is known of each of these invoices."""

    def destination_now(self, customer_id: str, invoice_id: str) -> str | None:
        """Return an invoice's current destination; ``None`` if unknown."""


def priors(view: View, invoice_ids: Iterable[str]) -> dict[str, Prior]:
    """Return what is known of each of these invoices."""
    names = set(invoice_ids)
    known, resolved = view.invoices(names), view.resolved(names)
    return {name: Prior(known[name], name in resolved) for name in names}
