"""A producer that reports on every record and is replaced after a fatal error."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin._metadata import ClusterMetadata

from invoice_shared.logs import get_logger
from invoice_shared.publishing import PublishFailed, RecordTooLarge
from invoice_shared.record import OutgoingRecord

log = get_logger(__name__)

# Called once per record: ``None`` means that every in-sync replica has it. Must not raise.
Answered = Callable[[PublishFailed | None], None]


class RenewedProducer:
    """Thread-safe. Calls back within ``hand_over``, ``serve`` and ``flush``.

    A producer takes no records after a fatal error, e.g. after the broker was restored to an
    earlier state. It is replaced by a new one from ``build``, which raises ``KafkaException`` for
    unusable settings.
    """

    def __init__(self, build: Callable[[], Producer]) -> None:
        self._build = build
        self._producer = build()
        self._replacing = threading.Lock()
        self._replaced: list[Producer] = []

    def hand_over(self, record: OutgoingRecord, answered: Answered) -> None:
        """Send a record and call ``answered`` once."""
        producer = self._producer

        def report(error: KafkaError | None, _message: Message) -> None:
            self._answer(record, answered, error, producer)

        try:
            producer.produce(
                record.topic,
                key=record.key,
                value=record.value,
                headers=list(record.headers),
                on_delivery=report,
            )
        except BufferError:
            answered(PublishFailed("The producer's queue is full."))
        except KafkaException as error:
            self._answer(record, answered, error.args[0], producer)

    def serve(self, seconds: float) -> None:
        """Process the broker's answers; wait at most ``seconds`` for the first."""
        self._poll(self._producer, seconds)
        for broken in self._replaced[:]:
            self._poll(broken, 0)
            if not len(broken):
                self._replaced.remove(broken)

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        """Ask the broker for its topics, over the connections that records use.

        Raises ``KafkaException``.
        """
        topics: ClusterMetadata = self._producer.list_topics(timeout=timeout)
        return topics

    def flush(self, seconds: float) -> None:
        """Wait at most ``seconds`` for pending records."""
        with contextlib.suppress(KafkaException):  # fatal, so there is nothing left to wait for
            self._producer.flush(seconds)

    def _answer(
        self, record: OutgoingRecord, answered: Answered, error: Any, producer: Producer
    ) -> None:
        if error is None:
            answered(None)
            return
        if _is_fatal(error):
            self._replace(producer, error)
        if record.smaller is not None and _is_too_large(error):
            self.hand_over(record.smaller, answered)
        else:
            answered(_failed(error))

    def _replace(self, broken: Producer, error: KafkaError) -> None:
        """Replace a broken producer by a new one, once.

        Records that are still in the broken one are reported as failed.
        """
        with self._replacing:
            if self._producer is not broken:
                return
            try:
                self._producer = self._build()
            except KafkaException as failed:
                # E.g. a certificate's file that is gone. The next record tries again.
                log.error("producer not replaced", why=str(failed.args[0]))
                return
            self._replaced.append(broken)
        log.error("producer replaced", why=error.str())

    def _poll(self, producer: Producer, seconds: float) -> None:
        try:
            producer.poll(seconds)
        except KafkaException as error:
            # The client reports a fatal error like this, whatever callbacks it has.
            self._replace(producer, error.args[0])


def _is_fatal(error: Any) -> bool:
    return isinstance(error, KafkaError) and (error.fatal() or error.code() == KafkaError._FATAL)  # noqa: SLF001 - its public name


def _is_too_large(error: Any) -> bool:
    return isinstance(error, KafkaError) and error.code() == KafkaError.MSG_SIZE_TOO_LARGE


def _failed(error: Any) -> PublishFailed:
    if _is_too_large(error):
        return RecordTooLarge("The record is larger than the topic takes.")
    return PublishFailed(
        "The broker did not take the record:"
        f" {error.str() if isinstance(error, KafkaError) else error}."
    )
