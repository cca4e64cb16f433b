"""How many records wait for a consumer."""

import sys
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_shared.record import TopicPartition

ANSWER_SECONDS = 5.0


def next_offsets(consumer: Consumer, partitions: Iterable[ConfluentPartition]) -> dict[TopicPartition, int]:
    """Ask where the group stands in newly assigned partitions; one without a commit starts at its oldest record."""
    return {TopicPartition(p.topic, p.partition): _next_offset(consumer, p) for p in partitions}


def end_offsets(consumer: Consumer, partitions: Iterable[ConfluentPartition]) -> dict[TopicPartition, int]:
    """Return the offset of each partition's next record; one whose broker does not answer counts as endless."""
    return {TopicPartition(p.topic, p.partition): _end_offset(consumer, p) for p in partitions}


def lag(consumer: Consumer, next_offsets: Mapping[TopicPartition, int]) -> int:
    """Sum the newest offset that the consumer was told of minus the next one to commit; asks the broker nothing."""
    return sum(_waiting(consumer, partition, offset) for partition, offset in next_offsets.items())


def _next_offset(consumer: Consumer, partition: ConfluentPartition) -> int:
    try:
        committed: int = consumer.committed([partition], timeout=ANSWER_SECONDS)[0].offset
        return committed if committed >= 0 else consumer.get_watermark_offsets(partition, timeout=ANSWER_SECONDS)[0]
    except KafkaException:
        return 0  # only the lag is estimated by it, on the high side


def _waiting(consumer: Consumer, partition: TopicPartition, next_offset: int) -> int:
    _low, high = consumer.get_watermark_offsets(ConfluentPartition(partition.topic, partition.partition), cached=True)
    return max(0, high - next_offset)


def _end_offset(consumer: Consumer, partition: ConfluentPartition) -> int:
    try:
        end: int = consumer.get_watermark_offsets(partition, timeout=ANSWER_SECONDS)[1]
    except KafkaException:
        return sys.maxsize
    return end
