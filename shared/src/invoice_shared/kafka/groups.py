"""A consumer group as one topic sees it. Pure; ``group_reader`` asks the broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ConsumerGroup:
    """A group's offsets in the topic, by partition, and whether members read it."""

    name: str
    has_members: bool = False
    committed: Mapping[int, int] = field(default_factory=dict)
