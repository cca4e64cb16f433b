"""The port to the archive, and its one error."""

from typing import Protocol

from invoice_shared.errors import StartupError


class ArchiveUnavailable(StartupError):
    """Nothing can be stored now; the sentence says why and what to do. Nothing is lost: offsets stay where they are."""


class ArchiveUnreachable(ArchiveUnavailable):
    """Nobody answers: an outage, or a wrong address; the bucket and the credentials were not even looked at."""


class Archive(Protocol):
    """Objects by key. Every method raises ``ArchiveUnavailable``."""

    def check(self) -> None:
        """Return if the archive can be reached and may be read."""

    def put(self, key: str, content: bytes) -> None:
        """Store an object; return once it is durable. Repeating it changes nothing."""

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""

    def keys(self, prefix: str) -> list[str]:
        """Name the objects whose key starts so."""
