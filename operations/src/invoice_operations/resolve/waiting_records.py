"""Find records of an invoice that a service has not consumed and may still send."""

from collections.abc import Collection, Iterator

from invoice_operations.view.cases import Case
from invoice_operations.view.records_of import partitions_of_key
from invoice_operations.view.span import Span
from invoice_operations.waiting import AsksGroups, next_offset, relevant, services_among
from invoice_shared.record import Record


def waiting_records(case: Case, clients: AsksGroups, known: Collection[int]) -> Iterator[Record]:
    """Yield the waiting records of a failure's invoice, after the one that failed.

    ``known`` are partitions with records of the invoice.
    """
    key = case.key.encode()
    for topic in (clients.kafka.raw_invoices_topic, clients.kafka.formatted_invoices_topic):
        groups = relevant(services_among(clients.groups(topic)), case.destination)
        reader = clients.reader()
        for number in partitions_of_key(reader, topic, key, known):
            start = max(next_offset(groups, number), _behind(case, topic, number))
            yield from reader.read(
                topic, Span(partition=number, from_offset=start, keys=frozenset({key}))
            )


def _behind(case: Case, topic: str, partition: int) -> int:
    source = case.source
    if source is None or (source.topic, source.partition) != (topic, partition):
        return 0
    return source.offset + 1
