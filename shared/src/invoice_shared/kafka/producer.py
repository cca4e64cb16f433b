"""Publishing with the broker's acknowledgement awaited: what returned without an error is on every in-sync replica."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin._metadata import ClusterMetadata

from invoice_shared.logs import get_logger
from invoice_shared.publishing import PublishFailed, RecordTooLarge
from invoice_shared.record import OutgoingRecord

log = get_logger(__name__)


class ConfluentPublisher:
    """A ``Publisher``. Thread-safe; a thread of its own serves the delivery reports from ``__init__`` to ``close``.

    A producer that has met a fatal error takes nothing any more, e.g. after the broker was restored to an earlier
    state. It is replaced by a new one from ``build``, which raises ``KafkaException`` for settings that make none.
    """

    def __init__(self, build: Callable[[], Producer]) -> None:
        self._build = build
        self._producer = build()
        self._replacing = threading.Lock()
        self._replaced: list[Producer] = []
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

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        """Ask the broker for its topics, by the connections that records take. Raises ``KafkaException``."""
        topics: ClusterMetadata = self._producer.list_topics(timeout=timeout)
        return topics

    def close(self, timeout: float) -> None:
        """Wait for what is under way, at most ``timeout`` seconds."""
        with contextlib.suppress(KafkaException):  # fatal: nothing more can be waited for
            self._producer.flush(timeout)
        self._closing.set()
        self._reports.join()

    def _hand_over(self, record: OutgoingRecord, acknowledged: Future[None]) -> None:
        producer = self._producer

        def report(error: KafkaError | None, _message: Message) -> None:
            self._answer(record, acknowledged, error, producer)

        try:
            producer.produce(
                record.topic, key=record.key, value=record.value, headers=list(record.headers), on_delivery=report
            )
        except BufferError:
            acknowledged.set_exception(PublishFailed("The producer's queue is full."))
        except KafkaException as error:
            self._answer(record, acknowledged, error.args[0], producer)

    def _answer(self, record: OutgoingRecord, acknowledged: Future[None], error: Any, producer: Producer) -> None:
        if _is_fatal(error):
            self._replace(producer, error)
        if error is None:
            acknowledged.set_result(None)
        elif record.smaller is not None and _is_too_large(error):
            self._hand_over(record.smaller, acknowledged)
        else:
            acknowledged.set_exception(_failed(error))

    def _replace(self, broken: Producer, error: KafkaError) -> None:
        """Put a new producer in the place of a broken one, once. What the broken one holds is reported as failed."""
        with self._replacing:
            if self._producer is not broken:
                return
            try:
                self._producer = self._build()
            except KafkaException as failed:  # e.g. a certificate's file that is gone; the next record tries again
                log.error("producer not replaced", why=str(failed.args[0]))
                return
            self._replaced.append(broken)
        log.error("producer replaced", why=error.str())

    def _serve_reports(self) -> None:
        while not self._closing.is_set():
            self._poll(self._producer, 0.1)
            for broken in self._replaced[:]:
                self._poll(broken, 0)
                if not len(broken):
                    self._replaced.remove(broken)

    def _poll(self, producer: Producer, seconds: float) -> None:
        try:
            producer.poll(seconds)
        except KafkaException as error:  # how the client tells of a fatal error, whatever callbacks it has
            self._replace(producer, error.args[0])


def _is_fatal(error: Any) -> bool:
    return isinstance(error, KafkaError) and (error.fatal() or error.code() == KafkaError._FATAL)  # noqa: SLF001 - its public name


def _is_too_large(error: Any) -> bool:
    return isinstance(error, KafkaError) and error.code() == KafkaError.MSG_SIZE_TOO_LARGE


def _failed(error: Any) -> PublishFailed:
    if _is_too_large(error):
        return RecordTooLarge("The record is larger than the topic takes.")
    return PublishFailed(
        f"The broker did not take the record: {error.str() if isinstance(error, KafkaError) else error}."
    )
