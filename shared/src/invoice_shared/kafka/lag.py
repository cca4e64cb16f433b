"""How many records wait, from what the consumer has already been told; asks the broker nothing."""

from collections.abc import Mapping

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_shared.record import TopicPartition


def lag(consumer: Consumer, next_offsets: Mapping[TopicPartition, int]) -> int:
    """Sum, over the given partitions, the newest offset known minus the next one to commit."""
    return sum(_waiting(consumer, partition, offset) for partition, offset in next_offsets.items())


def _waiting(consumer: Consumer, partition: TopicPartition, next_offset: int) -> int:
    _low, high = consumer.get_watermark_offsets(ConfluentPartition(partition.topic, partition.partition), cached=True)
    return max(0, high - next_offset)
