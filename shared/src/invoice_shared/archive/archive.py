"""The port to the archive, and its errors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from invoice_shared.errors import ConnectorError, StartupError


class ArchiveUnavailable(StartupError):
    """The archive cannot store now; the message says why and what to do.

    Nothing is lost, because no offset is committed.
    """


class ArchiveUnreachable(ArchiveUnavailable):
    """No answer: an outage or a wrong address. Bucket and credentials are unchecked."""


class ArchiveRefused(ArchiveUnavailable):
    """The archive refuses our credentials or our permissions."""


class ObjectUnreadable(ConnectorError):
    """One object cannot be read; others may be. The message follows the object's name."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the archive lists it. ``stored_at`` is from the archive's clock."""

    key: str
    stored_at: datetime


class Archive(Protocol):
    """Objects by key. Every method raises ``ArchiveUnavailable``."""

    def check(self) -> None:
        """Return if the archive can be reached and we may read it."""

    def put(self, key: str, content: bytes) -> None:
        """Store an object and return once it is durable. Repeating it changes nothing."""

    def get(self, key: str) -> bytes:
        """Return an object's bytes. Also raises ``ObjectUnreadable``."""

    def listed(self, prefix: str, after: str = "") -> list[StoredObject]:
        """List the objects whose key starts with ``prefix`` and sorts after ``after``."""
