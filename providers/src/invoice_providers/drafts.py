"""Drafts that creates left behind at a provider. They have no effect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that the connector created for an invoice."""

    draft_id: str
    invoice_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A page: the ids of all its documents, and its drafts. An empty page is the end."""

    drafts: tuple[Draft, ...]
    documents: tuple[str, ...]


@runtime_checkable
class MakesDrafts(Protocol):
    """What a provider's client also implements if it creates drafts.

    Each method is one call and raises as a look does.
    """

    def drafts(self, since: datetime, skip: int) -> DraftPage:
        """Return a page of documents created since a time, after the first ``skip``."""

    def discard(self, draft_id: str) -> bool:
        """Delete a draft; return whether it is gone. It remains if it was issued meanwhile."""
