"""Which invoices have a record that still waits to be read: by positions, not by clocks."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from invoice_creator.settings import destinations_of_group
from invoice_formatter.settings import CONSUMER_GROUP as FORMATTER
from invoice_operations.clients import Clients
from invoice_operations.view.span import Span
from invoice_providers.names import destinations
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes


class AsksGroups(Clients, Protocol):
    """What this takes; see ``installation.Installation``."""

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the groups that read a topic."""


def waiting_invoices(invoice_ids: Iterable[str], clients: AsksGroups) -> dict[str, str]:
    """Return where a record of each invoice waits, by invoice id, for those that have one.

    Ask the ledger only afterwards: a service writes what comes of a record before it commits, so
    what is committed by now shows further on.
    """
    keys = frozenset(name.encode() for name in invoice_ids)
    topics = (clients.kafka.raw_invoices_topic, clients.kafka.formatted_invoices_topic)
    groups = {topic: services_among(clients.groups(topic)) for topic in topics}
    reader = clients.reader()
    found: dict[str, str] = {}
    for topic in topics:
        starts = {
            number: first_waiting(groups[topic], number)
            for number in range(reader.partitions(topic))
        }
        for record in reader.read(topic, Span(keys=keys, starts=starts)):
            if waits(record, groups[topic]):
                found[(record.key or b"").decode()] = record.position
    return found


def waits(record: Record, groups: Sequence[ConsumerGroup]) -> bool:
    """Whether a record has not been consumed by those of our groups that take its destination.

    Pure.
    """
    return record.offset >= next_offset(relevant(groups, _destination(record)), record.partition)


def services_among(groups: Sequence[ConsumerGroup]) -> list[ConsumerGroup]:
    """Return the groups that are named as our services', else all: a reader of somebody else's
    holds nothing back.
    """
    return [
        each for each in groups if each.name == FORMATTER or destinations_of_group(each.name)
    ] or list(groups)


def first_waiting(groups: Sequence[ConsumerGroup], partition: int) -> int:
    """Return the first offset of a partition that may wait, whatever its destination."""
    return min(next_offset(relevant(groups, name), partition) for name in destinations())


def relevant(groups: Sequence[ConsumerGroup], destination: str | None) -> list[ConsumerGroup]:
    """Return the groups that take a destination's records; if some have members, only these.

    Pure.
    """
    taking = [group for group in groups if _takes(group, destination)]
    return [group for group in taking if group.has_members] or taking


def next_offset(groups: Sequence[ConsumerGroup], partition: int) -> int:
    """Return the first offset that may wait. Pure.

    Each group with members must have consumed a record. Of groups that have stopped, one that did
    is enough.
    """
    offsets = [group.committed.get(partition, 0) for group in groups]
    if not offsets:
        return 0
    return min(offsets) if groups[0].has_members else max(offsets)


def _takes(group: ConsumerGroup, destination: str | None) -> bool:
    taken = destinations_of_group(group.name)
    return taken is None or destination is None or destination in taken


def _destination(record: Record) -> str | None:
    try:
        return from_bytes(FormattedInvoice, record.value).destination
    except MalformedRecord:
        return None
