"""Publishing with the broker's acknowledgement awaited: what returned without an error is on every in-sync replica."""

import threading
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from invoice_shared.errors import ConnectorError
from invoice_shared.record import Headers


class PublishFailed(ConnectorError):
    """The broker did not acknowledge; the record may or may not be there."""


class RecordTooLarge(PublishFailed):
    """The topic refuses a record of this size, now and for ever."""


class Publisher:
    """Thread-safe; a thread of its own serves the delivery reports from ``__init__`` to ``close``."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._closing = threading.Event()
        self._reports = threading.Thread(target=self._serve_reports, name="delivery-reports", daemon=True)
        self._reports.start()

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()) -> Future[None]:
        """Hand a record over; the future ends with the broker's answer: a result, or ``PublishFailed``."""
        acknowledged: Future[None] = Future()
        # From here on nobody can cancel it: a report that finds it cancelled would end the thread that serves them all.
        acknowledged.set_running_or_notify_cancel()

        def report(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                acknowledged.set_result(None)
            else:
                acknowledged.set_exception(_failed(error))

        try:
            self._producer.produce(topic, key=key, value=value, headers=list(headers), on_delivery=report)
        except BufferError:
            acknowledged.set_exception(PublishFailed("The producer's queue is full."))
        except KafkaException as error:
            acknowledged.set_exception(_failed(error.args[0]))
        return acknowledged

    def publish(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()) -> None:
        """Return once all in-sync replicas hold the record. Raises ``PublishFailed`` or ``RecordTooLarge``."""
        self.send(topic, key, value, headers).result()

    def close(self, timeout: float) -> None:
        """Wait for what is under way, at most ``timeout`` seconds."""
        self._producer.flush(timeout)
        self._closing.set()
        self._reports.join()

    def _serve_reports(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(0.1)


def _failed(error: Any) -> PublishFailed:
    if isinstance(error, KafkaError) and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return RecordTooLarge("The record is larger than the topic takes.")
    return PublishFailed(
        f"The broker did not take the record: {error.str() if isinstance(error, KafkaError) else error}."
    )
