"""A publisher for threads: a record is on every in-sync replica once the call returns."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from confluent_kafka import Producer
from confluent_kafka.admin._metadata import ClusterMetadata

from invoice_shared.kafka.renewed_producer import RenewedProducer
from invoice_shared.publishing import PublishFailed
from invoice_shared.record import OutgoingRecord


class ConfluentPublisher:
    """A ``Publisher`` over confluent-kafka.

    Thread-safe. Its own thread serves the delivery reports from ``__init__`` to ``close``.
    """

    def __init__(self, build: Callable[[], Producer]) -> None:
        self._producer = RenewedProducer(build)
        self._closing = threading.Event()
        self._reports = threading.Thread(
            target=self._serve_reports, name="delivery-reports", daemon=True
        )
        self._reports.start()

    def send(self, record: OutgoingRecord) -> Future[None]:
        """Hand a record to the client.

        The future ends with the broker's answer: a result, or ``PublishFailed``.
        """
        acknowledged: Future[None] = Future()
        # Prevents cancelling: a report for a cancelled future would end the thread that serves all
        # of them.
        acknowledged.set_running_or_notify_cancel()

        def answered(failure: PublishFailed | None) -> None:
            if failure is None:
                acknowledged.set_result(None)
            else:
                acknowledged.set_exception(failure)

        self._producer.hand_over(record, answered)
        return acknowledged

    def publish(self, record: OutgoingRecord) -> None:
        """Return once all in-sync replicas hold the record.

        Raises ``PublishFailed``, e.g. ``RecordTooLarge``.
        """
        self.send(record).result()

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        """Ask the broker for its topics, over the connections that records use.

        Raises ``KafkaException``.
        """
        return self._producer.list_topics(timeout=timeout)

    def close(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds for pending records."""
        self._producer.flush(timeout)
        self._closing.set()
        self._reports.join()

    def _serve_reports(self) -> None:
        while not self._closing.is_set():
            self._producer.serve(0.1)
