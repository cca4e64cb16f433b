"""From what was requested to what is read: a topic, the errors topic, or the archive."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from invoice_operations.clients import Clients
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.of_failures import FailureReplay, Judge
from invoice_operations.replay.of_topic import TopicReplay
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import Done
from invoice_operations.selection import Selection
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.record import OutgoingRecord, Record


class Source(Protocol):
    """One way to choose records. ``plan`` comes first."""

    def plan(self) -> Plan:
        """Return what would be put back."""

    def left(self, done: Done) -> int:
        """Count the planned records that are not done yet."""

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the records, marked."""


def source_of(request: ReplayRequest, clients: Clients) -> Source:
    """Return the source of what was requested."""
    if request.what == "errors":
        return FailureReplay(_reading(request, clients), _judge(request.chosen, clients), request, clients.kafka)
    topics: dict[str, tuple[str, type[RawInvoice | FormattedInvoice]]] = {
        "raw": (clients.kafka.raw_invoices_topic, RawInvoice),
        "formatted": (clients.kafka.formatted_invoices_topic, FormattedInvoice),
    }
    return TopicReplay(clients.reader(), *topics[request.what], request)


def _reading(request: ReplayRequest, clients: Clients) -> Callable[[], Iterable[Record]]:
    chosen = request.chosen
    if request.storage == "s3":
        archive = clients.archived_failures()
        return lambda: archive.read(chosen.since, chosen.until)
    reader, topic = clients.reader(), clients.kafka.invoice_errors_topic
    return lambda: reader.read(topic, chosen.span_of_failures())


def _judge(chosen: Selection, clients: Clients) -> Judge:
    return lambda cases: clients.view().judged(cases, chosen)
