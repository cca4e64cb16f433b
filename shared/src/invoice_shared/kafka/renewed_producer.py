"""A producer whose every record is answered, and which is replaced when it can take no more."""

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

# Hears once how a record ended: ``None`` says that every in-sync replica holds it. Must not raise.
Answered = Callable[[PublishFailed | None], None]


class RenewedProducer:
    """Thread-safe. Records are answered within ``hand_over``, ``serve`` and ``flush``.

    A producer that has met a fatal error takes nothing any more, e.g. after the broker was restored
    to an earlier state. It is replaced by a new one from ``build``, which raises ``KafkaException``
    for settings that make none.
    """

    def __init__(self, build: Callable[[], Producer]) -> None:
        self._build = build
        self._producer = build()
        self._replacing = threading.Lock()
        self._replaced: list[Producer] = []

    def hand_over(self, record: OutgoingRecord, answered: Answered) -> None:
        """Send a record."""
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
        """Answer what the broker has answered; wait for the first answer at most so long."""
        self._poll(self._producer, seconds)
        for broken in self._replaced[:]:
            self._poll(broken, 0)
            if not len(broken):
                self._replaced.remove(broken)

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        """Ask the broker for its topics, by the connections that records take.

        Raises ``KafkaException``.
        """
        topics: ClusterMetadata = self._producer.list_topics(timeout=timeout)
        return topics

    def flush(self, seconds: float) -> None:
        """Wait for what is under way, at most so long."""
        with contextlib.suppress(KafkaException):  # fatal: nothing more can be waited for
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
        """Put a new producer in the place of a broken one, once.

        What the broken one holds is reported as failed.
        """
        with self._replacing:
            if self._producer is not broken:
                return
            try:
                self._producer = self._build()
            except (
                KafkaException
            ) as failed:  # e.g. a certificate's file that is gone; the next record tries again
                log.error("producer not replaced", why=str(failed.args[0]))
                return
            self._replaced.append(broken)
        log.error("producer replaced", why=error.str())

    def _poll(self, producer: Producer, seconds: float) -> None:
        try:
            producer.poll(seconds)
        except (
            KafkaException
        ) as error:  # how the client tells of a fatal error, whatever callbacks it has
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
