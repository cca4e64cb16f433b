"""Which groups of creators take the same invoices, and where a new one goes on after them. Pure.

Groups are known by the names that ``settings.group_of`` gives.
"""

from collections.abc import Collection, Iterator, Sequence

from invoice_creator.settings import destinations_of_group
from invoice_shared.kafka.groups import ConsumerGroup


def rivals(
    own: str, taken: Collection[str], groups: Sequence[ConsumerGroup]
) -> dict[str, list[str]]:
    """Return the other groups with members, each with those of our destinations that it takes."""
    found = {
        group.name: _shared(group, taken)
        for group in groups
        if group.name != own and group.has_members
    }
    return {name: shared for name, shared in found.items() if shared}


def beginnings(own: str, taken: Collection[str], groups: Sequence[ConsumerGroup]) -> dict[int, int]:
    """Return the offset of each partition in which our group goes on after others.

    That is where, for each of our destinations, one of the groups that took it has been: all
    records before it are settled. Where our own group has been, it goes on by itself.
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
    """Yield per destination the offset before which its invoices are settled; ``None`` if nobody
    took it.
    """
    for destination in taken:
        offsets = [
            group.committed[partition]
            for group in others
            if partition in group.committed and _shared(group, {destination})
        ]
        yield max(offsets, default=None)


def _shared(group: ConsumerGroup, taken: Collection[str]) -> list[str]:
    return sorted(set(destinations_of_group(group.name) or ()) & set(taken))
