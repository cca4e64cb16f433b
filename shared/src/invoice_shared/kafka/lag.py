"""A group's position in its partitions: at the assignment, after a gap, and its lag."""

import sys
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_shared.losses import Losses, Start
from invoice_shared.record import Record, TopicPartition

ANSWER_SECONDS = 5.0


def starts(
    consumer: Consumer, partitions: Iterable[ConfluentPartition]
) -> dict[TopicPartition, Start | None]:
    """Return the group's position per new partition; ``None`` if its broker does not answer."""
    return {
        TopicPartition(each.topic, each.partition): _start(consumer, each) for each in partitions
    }


def note_read(losses: Losses, consumer: Consumer, record: Record) -> None:
    """Note that a record was read. After a gap, ask the broker whether records were lost."""
    if losses.follows_a_gap(record):
        at = record.topic_partition
        losses.compare(at, min(_beginning(consumer, at), record.offset))
    losses.read(record)


def lag(consumer: Consumer, next_offsets: Mapping[TopicPartition, int]) -> int:
    """Return how many records wait, from the consumer's cached offsets. Does not ask the broker."""
    return sum(_waiting(consumer, partition, offset) for partition, offset in next_offsets.items())


def _start(consumer: Consumer, partition: ConfluentPartition) -> Start | None:
    try:
        committed: int = consumer.committed([partition], timeout=ANSWER_SECONDS)[0].offset
        beginning, end = consumer.get_watermark_offsets(partition, timeout=ANSWER_SECONDS)
    except KafkaException:
        return None
    return Start(committed if committed >= 0 else None, beginning, end)


def _beginning(consumer: Consumer, partition: TopicPartition) -> int:
    """Return a partition's first offset. Without an answer, the gap counts as a loss."""
    asked = ConfluentPartition(partition.topic, partition.partition)
    try:
        beginning: int = consumer.get_watermark_offsets(asked, timeout=ANSWER_SECONDS)[0]
    except KafkaException:
        return sys.maxsize
    return beginning


def _waiting(consumer: Consumer, partition: TopicPartition, next_offset: int) -> int:
    _low, high = consumer.get_watermark_offsets(
        ConfluentPartition(partition.topic, partition.partition), cached=True
    )
    return max(0, high - next_offset)
