"""Drafts that a creator left behind at a provider, because it died or another was faster.

Nobody is billed by them.

They are neither documents nor findings. ``reconcile`` lists them separately, and deletes them if it
fixes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from invoice_operations.view.invoice_state import KnownInvoice
from invoice_providers.drafts import Draft

# A creator works on its draft for minutes. In an outage it waits longer, but then the ledger has no
# entry yet.
MIN_AGE = timedelta(hours=1)

Fate = Literal["stray", "deleted", "issued meanwhile"]


class AsksForDrafts(Protocol):
    """See ``asked_providers.AskedProviders``."""

    @property
    def drafting(self) -> list[str]:
        """The systems that make drafts and may be asked from here."""

    def drafts(self, name: str, since: datetime) -> Iterator[Draft]:
        """Yield the connector's drafts created since a time."""

    def discard(self, name: str, draft_id: str) -> bool:
        """Delete a draft; return whether it is gone."""


class KnowsInvoices(Protocol):
    """See ``view.view.View``."""

    def invoices(self, invoice_ids: Iterable[str]) -> Mapping[str, KnownInvoice]:
        """Return what the ledger says of each of these invoices."""


@dataclass(frozen=True, slots=True)
class Stray:
    """An abandoned draft, and its fate."""

    destination: str
    draft: Draft
    fate: Fate = "stray"


def stray_drafts(
    providers: AsksForDrafts, ledger: KnowsInvoices, since: datetime, now: datetime
) -> list[Stray]:
    """Return the stray drafts created since ``since``, the oldest first.

    Raises what the clients raise.

    A draft is stray one hour after its creation if the ledger knows how its invoice ended.
    """
    found: list[Stray] = []
    for name in providers.drafting:
        old = [draft for draft in providers.drafts(name, since) if now - draft.made_at >= MIN_AGE]
        known = ledger.invoices([draft.invoice_id for draft in old])
        found += [Stray(name, draft) for draft in old if known[draft.invoice_id].newest is not None]
    return sorted(found, key=lambda stray: stray.draft.made_at)


def deleted(strays: Iterable[Stray], providers: AsksForDrafts) -> Iterator[Stray]:
    """Delete stray drafts; yield each with its fate."""
    for stray in strays:
        is_gone = providers.discard(stray.destination, stray.draft.draft_id)
        yield Stray(stray.destination, stray.draft, "deleted" if is_gone else "issued meanwhile")
