"""The port to the archive, and its errors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from invoice_shared.errors import ConnectorError, StartupError


class ArchiveUnavailable(StartupError):
    """Nothing can be stored now; the sentence says why and what to do.

    Nothing is lost: offsets stay where they are.
    """


class ArchiveUnreachable(ArchiveUnavailable):
    """Nobody answers: an outage, or a wrong address; the bucket and the credentials were not even
    looked at.
    """


class ArchiveRefused(ArchiveUnavailable):
    """The archive does not accept who we are, or does not allow us what we ask."""


class ObjectUnreadable(ConnectorError):
    """One object cannot be read, and others may be. The words say why, as what follows its name."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the archive lists it. ``stored_at`` is by the archive's own clock."""

    key: str
    stored_at: datetime


class Archive(Protocol):
    """Objects by key. Every method raises ``ArchiveUnavailable``."""

    def check(self) -> None:
        """Return if the archive can be reached and may be read."""

    def put(self, key: str, content: bytes) -> None:
        """Store an object; return once it is durable. Repeating it changes nothing."""

    def get(self, key: str) -> bytes:
        """Return an object's bytes. Raises ``ObjectUnreadable``, too."""

    def listed(self, prefix: str, after: str = "") -> list[StoredObject]:
        """List the objects whose key starts so and sorts after ``after``."""
