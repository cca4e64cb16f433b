"""Publishing with the broker's acknowledgement awaited: what returned without an error is on every in-sync replica."""

import threading
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from invoice_shared.publishing import PublishFailed, RecordTooLarge
from invoice_shared.record import OutgoingRecord


class ConfluentPublisher:
    """A ``Publisher``. Thread-safe; a thread of its own serves the delivery reports from ``__init__`` to ``close``."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._closing = threading.Event()
        self._reports = threading.Thread(target=self._serve_reports, name="delivery-reports", daemon=True)
        self._reports.start()

    def send(self, record: OutgoingRecord) -> Future[None]:
        """Hand a record over. The future ends with the broker's answer: a result, or ``PublishFailed``."""
        acknowledged: Future[None] = Future()
        # From here on nobody can cancel it: a report that finds it cancelled would end the thread that serves them all.
        acknowledged.set_running_or_notify_cancel()
        self._hand_over(record, acknowledged)
        return acknowledged

    def publish(self, record: OutgoingRecord) -> None:
        """Return once all in-sync replicas hold the record. Raises ``PublishFailed``, e.g. ``RecordTooLarge``."""
        self.send(record).result()

    def close(self, timeout: float) -> None:
        """Wait for what is under way, at most ``timeout`` seconds."""
        self._producer.flush(timeout)
        self._closing.set()
        self._reports.join()

    def _hand_over(self, record: OutgoingRecord, acknowledged: Future[None]) -> None:
        def report(error: KafkaError | None, _message: Message) -> None:
            self._answer(record, acknowledged, error)

        try:
            self._producer.produce(
                record.topic, key=record.key, value=record.value, headers=list(record.headers), on_delivery=report
            )
        except BufferError:
            acknowledged.set_exception(PublishFailed("The producer's queue is full."))
        except KafkaException as error:
            self._answer(record, acknowledged, error.args[0])

    def _answer(self, record: OutgoingRecord, acknowledged: Future[None], error: Any) -> None:
        if error is None:
            acknowledged.set_result(None)
        elif record.smaller is not None and _is_too_large(error):
            self._hand_over(record.smaller, acknowledged)
        else:
            acknowledged.set_exception(_failed(error))

    def _serve_reports(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(0.1)


def _is_too_large(error: Any) -> bool:
    return isinstance(error, KafkaError) and error.code() == KafkaError.MSG_SIZE_TOO_LARGE


def _failed(error: Any) -> PublishFailed:
    if _is_too_large(error):
        return RecordTooLarge("The record is larger than the topic takes.")
    return PublishFailed(
        f"The broker did not take the record: {error.str() if isinstance(error, KafkaError) else error}."
    )
