"""The clients that operations use. ``installation.Installation`` builds the real ones."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.view import View
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.publishing import Publisher
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings


class ReadsFailures(Protocol):
    """See ``archive.reader.ArchiveReader``."""

    def read(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Record]:
        """Yield the archived failures of a period."""

    @property
    def unreadable(self) -> Mapping[str, str]:
        """The skipped objects, and why."""


class Posts(Protocol):
    """See ``invoice_providers.http.Http``."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST. Raises ``Unavailable`` or ``Uncertain``."""


class Clients(Protocol):
    """Each client is built, and its settings are read, on first use."""

    @property
    def kafka(self) -> KafkaSettings:
        """The names of the topics."""

    @property
    def clock(self) -> Clock:
        """The clock of all operations."""

    def reader(self) -> ReadsTopics:
        """Return a reader of topics."""

    def view(self) -> View:
        """Return the current state of all invoices, from the topics."""

    def archived_failures(self) -> ReadsFailures:
        """Return a reader of the archive."""

    def publisher(self) -> AbstractContextManager[Publisher]:
        """Open a publisher."""
