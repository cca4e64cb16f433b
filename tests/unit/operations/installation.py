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
from tests.unit.operations.reading import SETTINGS, FakeArchive, FakeBroker, FakeReader, view_of

RULES = MappingRules(
    metronome_billing_provider_customer_id="customer",
    metronome_billing_provider_destination="destination",
    metronome_billing_provider_item_id="item",
)


class FakeMetronome:
    """Answers for the invoices that it was given, by customer and invoice id; keeps what it is
    told.
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
        """Know no contract and no other customer. Raises ``Rejected``."""
        raise Rejected("payer-not-decided", f"Metronome does not say {question.path}.")

    def report_status(self, customer_id: str, status: Mapping[str, Any]) -> None:
        """Take a status."""
        self._told.append((customer_id, status))


@dataclass
class FakeInstallation:
    """Topics and an archive in memory; what is published lies in its topic at once."""

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
        """Return a block of settings that was given, or its defaults."""
        given: AnySettings | None = self.blocks.get(settings_class)
        return given or settings_class()

    def metronome(self) -> FakeMetronome:
        """Return a Metronome that knows the given answers."""
        return FakeMetronome(self.answers, self.told)

    def writeback(self) -> FakeMetronome | None:
        """Return the Metronome to tell, unless a block of settings says no."""
        return (
            self.metronome()
            if self.settings(WritebackSettings).metronome_status_writeback
            else None
        )

    def destinations(self) -> PresentDestinations:
        """Return what tells where the invoices of Metronome's answers would go now."""
        return PresentDestinations(self.metronome(), RULES)

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the groups that were given."""
        return self.readers.get(topic, [])

    def reader(self) -> FakeReader:
        """Return a reader of the topics."""
        return FakeReader(self._lying())

    def view(self) -> View:
        """Return what the records say of all invoices."""
        return view_of(FakeBroker(self._lying()))

    @property
    def last_view(self) -> View:
        """What the records say: nothing here is ever behind."""
        return self.view()

    def archived_failures(self) -> ArchiveReader:
        """Return a reader of the objects."""
        return ArchiveReader(FakeArchive(self.objects), "errors/", self.kafka.invoice_errors_topic)

    def _lying(self) -> list[Record]:
        """Return all records, those that were put back included."""
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
        """Open the broker."""
        yield self.broker
