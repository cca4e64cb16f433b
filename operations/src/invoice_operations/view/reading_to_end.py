"""Reading partitions up to their end of this moment, with a consumer that is given."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from invoice_operations.view.span import Bounds
from invoice_shared.clock import Clock

# Without one record or end of a partition for this long, the broker counts as gone.
PATIENCE_SECONDS = 60.0
BATCH = 2000
# ``consume`` waits so long for a full batch: the end of a topic should not cost more.
POLL_SECONDS = 0.05
PARTITION_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001 - the name that confluent-kafka gives a code of its own
TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - likewise
AUTO_OFFSET_RESET = KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001 - likewise

# What a consumer of these functions is set up with: each partition's end is told, and soon. What is
# fetched ahead is counted as it is compressed, so twice as much as here was 100 to 200 MiB more.
CONSUMER_CONFIG: dict[str, bool | int] = {
    "enable.partition.eof": True,
    "fetch.wait.max.ms": 50,
    "queued.max.messages.kbytes": 8 * 1024,
    "fetch.max.bytes": 8 * 1024 * 1024,
}


class Consumes(Protocol):
    """The part of ``confluent_kafka.Consumer`` that reading takes."""

    def assign(self, partitions: list[TopicPartition]) -> None:
        """Begin at the offsets of these partitions."""

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """Return the next messages and events, none if none comes in time."""


def milliseconds(moment: datetime) -> int:
    """Return a moment as Kafka writes it: milliseconds since the epoch, none before it."""
    return max(0, int(moment.timestamp() * 1000))


def read_to_end(
    consumer: Consumes, topic: str, bounds: Mapping[int, Bounds], clock: Clock
) -> Iterator[Sequence[Message]]:
    """Yield the records in batches, in order within each partition.

    A partition ends with the broker's end-of-partition event. Where records keep coming, it ends
    before the first one later than now that lies behind the named end. The named end alone ends
    nothing: compaction and transactions leave gaps before it, and the embedded broker names the
    beginning of its last batch. It ends with a bound's last offset, too.

    Raises ``KafkaException`` if the broker refuses or is silent; with the code
    ``AUTO_OFFSET_RESET`` if an offset does not exist and the consumer was told not to choose
    another.
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
    """Whether a message is a record to yield; forgets the partition that it ends."""
    partition, is_ours = message.partition() or 0, message.topic() == topic
    if (error := message.error()) is not None:
        if error.code() == PARTITION_EOF and is_ours:
            unfinished.pop(partition, None)
        elif (
            error.code() > 0 or error.code() == AUTO_OFFSET_RESET
        ):  # the client's own troubles pass
            raise KafkaException(error)
        return False
    if (
        not is_ours or (bound := unfinished.get(partition)) is None
    ):  # the consumer may have read another topic before
        return False
    offset = message.offset() or 0
    is_later = offset >= bound.named_end and message.timestamp()[1] > began
    if is_later or offset >= bound.last:
        del unfinished[partition]
    return bound.start <= offset <= bound.last and not is_later
