"""A consumer group as one topic sees it. Pure; ``group_reader`` asks the broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ConsumerGroup:
    """Whether the group has members that read the topic, and what it committed there, by partition."""

    name: str
    has_members: bool = False
    committed: Mapping[int, int] = field(default_factory=dict)
