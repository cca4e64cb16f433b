"""Some invoices, the connector between the simulated systems, and the existing documents and
records.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from invoice_operations.replay.request import RecordKind
from invoice_operations.view.cases import Place
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.failure import InvoiceFailure
from invoice_shared.serde import from_bytes
from tests.contract.standing.connector import ERRORS, FORMATTED, RAW, Connector
from tests.contract.standing.hierarchy import Hierarchy, join
from tests.contract.standing.invoices import Invoice
from tests.contract.standing.ledger import Ledger
from tests.contract.standing.systems import Document, Systems

UNKNOWN_CUSTOMERS = {"unknown_customers": ["999999", "cust_ZZZZZZZZZZZZZZ"]}


@dataclass(slots=True)
class Watched:
    """An invoice, and what the test remembers about it.

    ``hidden``: somebody changed what look-ups depend on. ``own_destination`` is that of its
    customer. ``payer`` is the invoice of the customer who pays for it, if that is another.
    ``whole`` is the consolidated invoice that it is part of.
    """

    invoice: Invoice
    own_destination: str
    payer: "Watched | None" = None
    whole: "Watched | None" = None
    is_named: bool = True
    is_resolved: bool = False
    hidden: set[str] = field(default_factory=set)
    resurrected: bool = False

    @property
    def destination(self) -> str:
        """Return where it is billed."""
        return (self.payer or self).own_destination


class Scene:
    """Invoices, the connector and the outside systems.

    ``troubles`` prepare the faults of the next run, given the destination.
    """

    def __init__(
        self,
        systems: Systems,
        folder: Path,
        destinations: Iterable[str],
        hierarchy: Hierarchy = "none",
    ) -> None:
        systems.reset()
        for simulator in systems.providers.values():
            simulator.configure(UNKNOWN_CUSTOMERS)
        self.systems = systems
        self.connector = Connector(systems, folder)
        self.ledger = Ledger(self.connector.topics)
        self.watched = [Watched(Invoice(systems), destination) for destination in destinations]
        for each in self.watched:
            each.invoice.finalize(each.destination)
        self._join(hierarchy)
        # Which invoice a document was created for; people's edits do not change it.
        self.origins: dict[tuple[str, str], str] = {}
        self.troubles: list[Callable[[str], None]] = []

    def _join(self, hierarchy: Hierarchy) -> None:
        first, *others = self.watched
        for other in others:
            join(first.invoice, other.invoice, hierarchy)
            other.payer = None if hierarchy == "none" else first
            other.whole = first if hierarchy == "consolidated" else None

    def made_for(self, watched: Watched) -> list[Document]:
        """Return the existing documents that the connector created for an invoice."""
        return [
            each
            for each in self.systems.documents()
            if self.origins.get((each.destination, each.document_id)) == watched.invoice.invoice_id
        ]

    def standing(self, watched: Watched) -> list[Document]:
        """Return those that stand."""
        return [each for each in self.made_for(watched) if each.stands]

    def known(self, watched: Watched) -> KnownInvoice:
        """Return what the ledger says about an invoice."""
        return self.ledger.invoice(watched.invoice.invoice_id)

    def has_standing(self) -> bool:
        """Whether any document stands, so that people can do something to it."""
        return any(self.standing(each) for each in self.watched)

    def has_records(self) -> bool:
        """Whether any formatted record exists that can be redelivered."""
        return bool(self.connector.topics.read(FORMATTED))

    def has_constituents(self) -> bool:
        """Whether any invoice is part of a consolidated one."""
        return any(each.whole is not None for each in self.watched)

    def has_failures(self) -> bool:
        """Whether any invoice's newest event is a failure."""
        newest = [self.known(each).newest for each in self.watched]
        return any(each is not None and each.outcome == "failed" for each in newest)

    def may_exist(self, watched: Watched) -> bool:
        """Whether the ledger says that an undiscovered document may exist."""
        newest = self.known(watched).newest
        return newest is not None and newest.may_exist is True

    def note_new_documents(self) -> set[tuple[str, str]]:
        """Remember for whom newly seen documents were created, and return them."""
        new = {
            (each.destination, each.document_id): each.external_id or ""
            for each in self.systems.documents()
            if (each.destination, each.document_id) not in self.origins
        }
        self.origins |= new
        return set(new)

    def standing_ids(self, watched: Watched) -> set[str]:
        """Return the ids of the documents that stand."""
        return {each.document_id for each in self.standing(watched)}

    def has(self, topic: str, watched: Watched) -> bool:
        """Whether a topic holds a record of an invoice."""
        key = watched.invoice.invoice_id.encode()
        return any(record.key == key for record in self.connector.topics.read(topic))

    def topic_of(self, watched: Watched, what: RecordKind) -> str | None:
        """Return the topic of the record to replay; ``None`` if there is none."""
        topic: str | None = RAW if what == "raw" else FORMATTED
        newest = self.known(watched).newest
        if what == "errors":
            is_open = newest is not None and newest.outcome == "failed"
            topic = self.failure(newest.failure_id)[0].source.topic if newest and is_open else None
        return topic if topic is not None and self.has(topic, watched) else None

    def failure(self, failure_id: str | None) -> tuple[InvoiceFailure, Place]:
        """Return a failure, and its place."""
        for record in self.connector.topics.read(ERRORS):
            failure = from_bytes(InvoiceFailure, record.value)
            if failure.failure_id == failure_id:
                return failure, Place(record.topic, record.partition, record.offset)
        raise AssertionError(f"the ledger names failure {failure_id}, which nobody filed")
