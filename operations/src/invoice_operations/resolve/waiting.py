"""Records of an invoice that a service has not consumed yet: what a person resolves could still be sent."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from invoice_creator.settings import destinations_of_group
from invoice_operations.clients import Clients
from invoice_operations.view.cases import Case
from invoice_operations.view.records_of import partitions_of_key
from invoice_operations.view.span import Span
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.record import Record


class AsksGroups(Clients, Protocol):
    """What this takes; see ``installation.Installation``."""

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the groups that read a topic."""


def waiting_records(case: Case, clients: AsksGroups, known: Collection[int]) -> Iterator[Record]:
    """Yield the records of a failure's invoice that wait; those up to the one that failed do not.

    ``known`` are partitions in which something of the invoice is.
    """
    key = case.key.encode()
    for topic in (clients.kafka.raw_invoices_topic, clients.kafka.formatted_invoices_topic):
        groups = relevant(clients.groups(topic), case.destination)
        reader = clients.reader()
        for number in partitions_of_key(reader, topic, key, known):
            start = max(next_offset(groups, number), _behind(case, topic, number))
            yield from reader.read(topic, Span(partition=number, from_offset=start, keys=frozenset({key})))


def relevant(groups: Sequence[ConsumerGroup], destination: str | None) -> list[ConsumerGroup]:
    """Return the groups that take a destination's records; if some have members, only these. Pure."""
    taking = [group for group in groups if _takes(group, destination)]
    return [group for group in taking if group.has_members] or taking


def next_offset(groups: Sequence[ConsumerGroup], partition: int) -> int:
    """Return the first offset that may wait. Pure.

    Each group with members must have consumed a record. Of groups that have stopped, one that did is enough.
    """
    offsets = [group.committed.get(partition, 0) for group in groups]
    if not offsets:
        return 0
    return min(offsets) if groups[0].has_members else max(offsets)


def _takes(group: ConsumerGroup, destination: str | None) -> bool:
    taken = destinations_of_group(group.name)
    return taken is None or destination is None or destination in taken


def _behind(case: Case, topic: str, partition: int) -> int:
    source = case.source
    if source is None or (source.topic, source.partition) != (topic, partition):
        return 0
    return source.offset + 1
