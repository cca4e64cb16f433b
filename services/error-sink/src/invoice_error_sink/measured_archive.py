"""An archive that reports each call's result and duration to the metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from invoice_shared.archive.archive import Archive, ArchiveRefused, ArchiveUnavailable, StoredObject
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.metrics import Metrics

SYSTEM = "s3"


class MeasuredArchive:
    """Wraps ``archive``, and reports each call to the metrics."""

    def __init__(self, archive: Archive, metrics: Metrics, clock: Clock) -> None:
        self._archive = archive
        self._metrics = metrics
        self._clock = clock

    def check(self) -> None:
        """Return if the archive can be reached and read."""
        with self._measured():
            self._archive.check()

    def put(self, key: str, content: bytes) -> None:
        """Store an object; it is durable when this returns."""
        with self._measured():
            self._archive.put(key, content)

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        with self._measured():
            return self._archive.get(key)

    def listed(self, prefix: str, after: str = "") -> list[StoredObject]:
        """Return the objects with keys that begin with ``prefix`` and sort after ``after``."""
        with self._measured():
            return self._archive.listed(prefix, after)

    @contextmanager
    def _measured(self) -> Iterator[None]:
        began = self._clock.monotonic()
        failed: CallFailed | None = None
        try:
            yield
        except ArchiveUnavailable as error:
            failed = _as_failed_call(error)
            raise
        finally:
            self._metrics.called(SYSTEM, failed, self._clock.monotonic() - began)


def _as_failed_call(error: ArchiveUnavailable) -> CallFailed:
    kind = CredentialsRefused if isinstance(error, ArchiveRefused) else Unavailable
    return kind(str(error))
