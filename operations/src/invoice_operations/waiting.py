"""Find invoices with a waiting record, by positions and not by clocks."""

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
    """The clients for this; see ``installation.Installation``."""

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the groups that read a topic."""


def waiting_invoices(invoice_ids: Iterable[str], clients: AsksGroups) -> dict[str, str]:
    """Return the position of each invoice's waiting record, by invoice id.

    Ask the ledger only afterwards: a service publishes a record's result before it commits, so the
    results of committed records are already visible.
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
    """Whether a group of ours for a record's destination has not consumed it.

    Pure.
    """
    return record.offset >= next_offset(relevant(groups, _destination(record)), record.partition)


def services_among(groups: Sequence[ConsumerGroup]) -> list[ConsumerGroup]:
    """Return the groups with our services' names, else all. Other readers do not matter."""
    return [
        each for each in groups if each.name == FORMATTER or destinations_of_group(each.name)
    ] or list(groups)


def first_waiting(groups: Sequence[ConsumerGroup], partition: int) -> int:
    """Return the first waiting offset of a partition, for any destination."""
    return min(next_offset(relevant(groups, name), partition) for name in destinations())


def relevant(groups: Sequence[ConsumerGroup], destination: str | None) -> list[ConsumerGroup]:
    """Return the groups for a destination's records; if some have members, only these.

    Pure.
    """
    taking = [group for group in groups if _takes(group, destination)]
    return [group for group in taking if group.has_members] or taking


def next_offset(groups: Sequence[ConsumerGroup], partition: int) -> int:
    """Return the first waiting offset. Pure.

    Each group with members must have consumed a record. If all groups have stopped, one is enough.
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
