"""An installation in memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from invoice_creator.settings import WritebackSettings
from invoice_formatter.mapping.rules import MappingRules
from invoice_operations.archive.reader import ArchiveReader
from invoice_operations.replay.present_destinations import PresentDestinations
from invoice_operations.view.view import View
from invoice_shared.errors import Rejected
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.metronome.questions import Question
from invoice_shared.record import Record
from invoice_shared.settings import AnySettings, KafkaSettings
from tests.fakes import START, FakeClock, FakePublisher
from tests.unit.operations.fakes import SETTINGS, FakeArchive, FakeBroker, FakeReader, view_of

RULES = MappingRules(
    metronome_billing_provider_customer_id="customer",
    metronome_billing_provider_destination="destination",
    metronome_billing_provider_item_id="item",
)


class FakeMetronome:
    """Answers for the invoices that it was given, by customer and invoice id, and keeps what it is
    sent.
    """

    def __init__(
        self, answers: dict[tuple[str, str], Any], told: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        self._answers = answers
        self._told = told

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer. Raises ``Rejected`` for any other invoice."""
        if (customer_id, invoice_id) not in self._answers:
            raise Rejected("invoice-not-found", "Metronome does not know this invoice.")
        return self._answers[customer_id, invoice_id]

    def ask(self, question: Question) -> Any:
        """Answer as for no contract and no other customer. Raises ``Rejected``."""
        raise Rejected("payer-not-decided", f"Metronome does not say {question.path}.")

    def report_status(self, customer_id: str, status: Mapping[str, Any]) -> None:
        """Store a status."""
        self._told.append((customer_id, status))


@dataclass
class FakeInstallation:
    """Topics and an archive in memory; a published record is in its topic at once."""

    records: list[Record]
    objects: Mapping[str, bytes | None] = field(default_factory=dict)
    kafka: KafkaSettings = SETTINGS
    clock: FakeClock = field(default_factory=FakeClock)
    broker: FakePublisher = field(default_factory=FakePublisher)
    blocks: dict[type[Any], Any] = field(default_factory=dict)
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    readers: dict[str, list[ConsumerGroup]] = field(default_factory=dict)

    def settings(self, settings_class: type[AnySettings]) -> AnySettings:
        """Return the given block of settings, or its defaults."""
        given: AnySettings | None = self.blocks.get(settings_class)
        return given or settings_class()

    def metronome(self) -> FakeMetronome:
        """Return a Metronome that knows the given answers."""
        return FakeMetronome(self.answers, self.told)

    def writeback(self) -> FakeMetronome | None:
        """Return the Metronome to report to, unless the settings switch it off."""
        return (
            self.metronome()
            if self.settings(WritebackSettings).metronome_status_writeback
            else None
        )

    def destinations(self) -> PresentDestinations:
        """Return a function that finds where an invoice would go now, by Metronome's answers."""
        return PresentDestinations(self.metronome(), RULES)

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the given groups."""
        return self.readers.get(topic, [])

    def reader(self) -> FakeReader:
        """Return a reader of the topics."""
        return FakeReader(self._all_records())

    def view(self) -> View:
        """Return the view of the records of all invoices."""
        return view_of(FakeBroker(self._all_records()))

    @property
    def last_view(self) -> View:
        """Return the view as it was last read, which is never behind here."""
        return self.view()

    def archived_failures(self) -> ArchiveReader:
        """Return a reader of the objects."""
        return ArchiveReader(FakeArchive(self.objects), "errors/", self.kafka.invoice_errors_topic)

    def _all_records(self) -> list[Record]:
        """Return all records, including replayed ones."""
        put_back = [
            Record(
                each.topic,
                0,
                1000 + number,
                each.key,
                each.value,
                each.headers,
                int(START.timestamp() * 1000),
            )
            for number, each in enumerate(self.broker.published)
        ]
        return [*self.records, *put_back]

    @contextmanager
    def publisher(self) -> Iterator[FakePublisher]:
        """Yield a publisher."""
        yield self.broker
