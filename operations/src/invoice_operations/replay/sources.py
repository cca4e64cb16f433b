"""Choose the source of a replay: a topic, the errors topic or the archive."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from invoice_operations.clients import Clients
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.of_failures import FailureReplay, Reading
from invoice_operations.replay.of_topic import TopicReplay
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.priors import KnowsDestinations, Prior, priors
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import Done
from invoice_operations.view.view import View
from invoice_shared.record import OutgoingRecord, Record

# Why objects of the archive were skipped, by key.
Unreadable = Mapping[str, str]


class ReplayClients(Clients, Protocol):
    """The clients for a replay; see ``installation.Installation``."""

    def destinations(self) -> KnowsDestinations:
        """Return the look-up of current destinations."""


class Source(Protocol):
    """Selects records. Call ``plan`` first."""

    def plan(self, done: Done) -> Plan:
        """Return what would be sent, without records already done."""

    def outgoing(self, mark: Mark) -> Iterator[OutgoingRecord]:
        """Yield the marked records, including those already done."""


def source_of(
    request: ReplayRequest, clients: ReplayClients, ends: Mapping[int, int] | None
) -> Source:
    """Return the request's source. ``ends`` are the ends of an interrupted run's plan."""
    books = _Books(clients)
    if request.what == "errors":
        is_archived = request.storage == "s3"
        read, unreadable = (
            _archived(request, clients) if is_archived else _held(request, clients, books)
        )
        return FailureReplay(
            read,
            lambda cases: books.view.judged(cases, request.chosen),
            books,
            request,
            clients.kafka,
            unreadable,
            ends,
        )
    topics = {
        "raw": clients.kafka.raw_invoices_topic,
        "formatted": clients.kafka.formatted_invoices_topic,
    }
    return TopicReplay(clients.reader(), topics[request.what], request, books, ends)


class _Books:
    """``Books`` on one state of the topics for a whole replay, each read on first use."""

    def __init__(self, clients: ReplayClients) -> None:
        self._clients = clients

    @cached_property
    def view(self) -> View:
        return self._clients.view()

    @cached_property
    def _destinations(self) -> KnowsDestinations:
        return self._clients.destinations()

    def priors(self, invoice_ids: Iterable[str]) -> dict[str, Prior]:
        return priors(self.view, invoice_ids)

    def destination_now(self, customer_id: str, invoice_id: str) -> str | None:
        return self._destinations(customer_id, invoice_id)


def _archived(request: ReplayRequest, clients: Clients) -> tuple[Reading, Unreadable]:
    archive, chosen = clients.archived_failures(), request.chosen
    return lambda: archive.read(chosen.since, chosen.until), archive.unreadable


def _held(request: ReplayRequest, clients: Clients, books: "_Books") -> tuple[Reading, Unreadable]:
    """Read the failures at their positions, because a record's time may be wrong."""
    chosen = replace(request.chosen, state=None)

    def read() -> Iterable[Record]:
        places = (case.place for case in books.view.failures(chosen))
        return clients.reader().at(frozenset(place for place in places if place is not None))

    return read, {}
