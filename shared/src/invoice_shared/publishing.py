"""The port for publishing: a record counts once every in-sync replica has it."""

from concurrent.futures import Future
from typing import Protocol

from invoice_shared.errors import ConnectorError
from invoice_shared.record import OutgoingRecord


class PublishFailed(ConnectorError):
    """The broker did not acknowledge; it may or may not have the record."""


class RecordTooLarge(PublishFailed):
    """The topic refuses a record of this size for good, and there is no smaller one."""


class Publisher(Protocol):
    """For threads."""

    def send(self, record: OutgoingRecord) -> Future[None]:
        """Hand a record to the client.

        The future ends with the broker's answer: a result, or ``PublishFailed``.
        """

    def publish(self, record: OutgoingRecord) -> None:
        """Return once all in-sync replicas hold the record.

        Raises ``PublishFailed``, e.g. ``RecordTooLarge``.
        """


class AsyncPublisher(Protocol):
    """For an event loop."""

    async def publish(self, record: OutgoingRecord) -> None:
        """Return once all in-sync replicas hold the record.

        Raises ``PublishFailed``, e.g. ``RecordTooLarge``.
        """
