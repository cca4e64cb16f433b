"""Drafts that creates left behind, as seen from outside of their provider. They have no effect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that the connector made of an invoice."""

    draft_id: str
    invoice_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DraftPage:
    """The drafts among the documents of a page, which it names all; a page of none is the end."""

    drafts: tuple[Draft, ...]
    documents: tuple[str, ...]


@runtime_checkable
class MakesDrafts(Protocol):
    """What a provider's client is, besides, if it makes drafts.

    Each method is one call, and raises as a look does.
    """

    def drafts(self, since: datetime, skip: int) -> DraftPage:
        """Return a page of what was made from a time on, without the first ``skip`` documents."""

    def discard(self, draft_id: str) -> bool:
        """Delete a draft; whether it is gone. It stays if it was issued meanwhile."""
