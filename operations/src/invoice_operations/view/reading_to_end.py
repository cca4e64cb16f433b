"""Read partitions up to their present end, with a given consumer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from invoice_operations.view.span import Bounds
from invoice_shared.clock import Clock

# Without a record or end of a partition for this long, the broker counts as down.
PATIENCE_SECONDS = 60.0
BATCH = 2000
# ``consume`` waits this long for a full batch, so the end of a topic costs no more.
POLL_SECONDS = 0.05
PARTITION_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001 - confluent-kafka's name for its own code
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - likewise
AUTO_OFFSET_RESET = KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001 - likewise

# The consumer's configuration: report each partition's end, and soon. Prefetched data is counted
# compressed. Measured: with twice as much, memory was 100 to 200 MiB higher.
CONSUMER_CONFIG: dict[str, bool | int] = {
    "enable.partition.eof": True,
    "fetch.wait.max.ms": 50,
    "queued.max.messages.kbytes": 8 * 1024,
    "fetch.max.bytes": 8 * 1024 * 1024,
}


class Consumes(Protocol):
    """The part of ``confluent_kafka.Consumer`` that is used here."""

    def assign(self, partitions: list[TopicPartition]) -> None:
        """Start at the offsets of these partitions."""

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """Return the next messages and events; empty if there are none in time."""


def milliseconds(moment: datetime) -> int:
    """Return a time in Kafka's milliseconds since the epoch, at least 0."""
    return max(0, int(moment.timestamp() * 1000))


def read_to_end(
    consumer: Consumes, topic: str, bounds: Mapping[int, Bounds], clock: Clock
) -> Iterator[Sequence[Message]]:
    """Yield the records in batches, in order within each partition.

    A partition ends with the broker's end-of-partition event, or with the bound's last offset. If
    records keep coming, it ends before the first one after the named end that is later than now.
    The named end alone is not enough: compaction and transactions leave gaps before it, and the
    embedded broker names the beginning of its last batch.

    Raises ``KafkaException`` if the broker refuses or does not answer, with the code
    ``AUTO_OFFSET_RESET`` if an offset does not exist and the consumer must not choose another.
    """
    unfinished, began = dict(bounds), milliseconds(clock.now())
    consumer.assign(
        [TopicPartition(topic, number, bound.start) for number, bound in bounds.items()]
    )
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while unfinished:
        left = len(unfinished)
        messages = consumer.consume(BATCH, POLL_SECONDS)
        batch = [each for each in messages if _is_inside(each, topic, unfinished, began)]
        if batch or len(unfinished) < left:
            deadline = clock.monotonic() + PATIENCE_SECONDS
        elif clock.monotonic() > deadline:
            raise KafkaException(
                KafkaError(TIMED_OUT, f"no record of {topic} for {PATIENCE_SECONDS:.0f} s")
            )
        if batch:
            yield batch


def _is_inside(message: Message, topic: str, unfinished: dict[int, Bounds], began: int) -> bool:
    """Whether a message is a record to yield; removes the partition that it ends."""
    partition, is_ours = message.partition() or 0, message.topic() == topic
    if (error := message.error()) is not None:
        if error.code() == PARTITION_EOF and is_ours:
            unfinished.pop(partition, None)
        # The client's own errors, below 0, are temporary.
        elif error.code() > 0 or error.code() == AUTO_OFFSET_RESET:
            raise KafkaException(error)
        return False
    # The consumer may have read another topic before.
    if not is_ours or (bound := unfinished.get(partition)) is None:
        return False
    offset = message.offset() or 0
    is_later = offset >= bound.named_end and message.timestamp()[1] > began
    if is_later or offset >= bound.last:
        del unfinished[partition]
    return bound.start <= offset <= bound.last and not is_later
