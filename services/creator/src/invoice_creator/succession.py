"""Find groups of creators for the same invoices, and a new group's first offsets. Pure.

Groups are identified by the names of ``settings.group_of``.
"""

from collections.abc import Collection, Iterator, Sequence

from invoice_creator.settings import destinations_of_group
from invoice_shared.kafka.groups import ConsumerGroup


def rivals(
    own: str, taken: Collection[str], groups: Sequence[ConsumerGroup]
) -> dict[str, list[str]]:
    """Return the other groups with members, each with our destinations that it processes."""
    found = {
        group.name: _shared(group, taken)
        for group in groups
        if group.name != own and group.has_members
    }
    return {name: shared for name, shared in found.items() if shared}


def beginnings(own: str, taken: Collection[str], groups: Sequence[ConsumerGroup]) -> dict[int, int]:
    """Return our group's first offset of each partition that other groups processed.

    Before that offset, for each of our destinations, another group has settled all records.
    Partitions with an offset of our own group are not included.
    """
    ours = next((group for group in groups if group.name == own), ConsumerGroup(own))
    if ours.has_members:
        return {}
    others = [group for group in groups if group.name != own]
    partitions = {partition for group in others for partition in group.committed}
    offsets = {
        partition: list(_reached(partition, taken, others))
        for partition in partitions - ours.committed.keys()
    }
    return {
        partition: min(each for each in reached if each is not None)
        for partition, reached in offsets.items()
        if None not in reached
    }


def _reached(
    partition: int, taken: Collection[str], others: Sequence[ConsumerGroup]
) -> Iterator[int | None]:
    """Yield per destination the offset before which its invoices are settled, or ``None``."""
    for destination in taken:
        offsets = [
            group.committed[partition]
            for group in others
            if partition in group.committed and _shared(group, {destination})
        ]
        yield max(offsets, default=None)


def _shared(group: ConsumerGroup, taken: Collection[str]) -> list[str]:
    return sorted(set(destinations_of_group(group.name) or ()) & set(taken))
