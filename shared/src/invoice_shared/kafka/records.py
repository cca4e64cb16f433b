"""Convert confluent-kafka's messages to our records."""

from collections.abc import Iterable, Iterator
from typing import Any

from confluent_kafka import KafkaException, Message

from invoice_shared.logs import get_logger
from invoice_shared.record import Headers, Record

log = get_logger(__name__)


def records_of(messages: Iterable[Message]) -> Iterator[Record]:
    """Yield the records among the messages. Log temporary client errors and raise fatal ones."""
    for message in messages:
        if (error := message.error()) is None:
            yield _record(message)
        elif error.fatal():
            raise KafkaException(error)
        else:
            log.warning("kafka client", why=error.str())


def _record(message: Message) -> Record:
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None and partition is not None and offset is not None  # noqa: S101, PT018 - true of every consumed message
    return Record(
        topic,
        partition,
        offset,
        _raw(message.key()),
        _raw(message.value()),
        _headers(message),
        message.timestamp()[1],
    )


def _raw(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content


def _headers(message: Message) -> Headers:
    pairs: Any = message.headers() or ()
    return tuple((name, _raw(value) or b"") for name, value in pairs)
