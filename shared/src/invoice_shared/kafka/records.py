"""From confluent-kafka's message to our record."""

from typing import Any

from confluent_kafka import KafkaException, Message

from invoice_shared.record import Headers, Record


def record_from(message: Message) -> Record:
    """Give the record as consumed. Raises ``KafkaException`` where the message is an error report."""
    if (error := message.error()) is not None:
        raise KafkaException(error)
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None and partition is not None and offset is not None  # noqa: S101, PT018 - true of every consumed message
    return Record(
        topic, partition, offset, _raw(message.key()), _raw(message.value()), _headers(message), message.timestamp()[1]
    )


def _raw(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content


def _headers(message: Message) -> Headers:
    pairs: Any = message.headers() or ()
    return tuple((name, _raw(value) or b"") for name, value in pairs)
