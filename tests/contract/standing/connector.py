"""The connector in one process: the real formatter, creator and clients; topics in memory; a clock
that the test sets.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler as CreatorHandler
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES, Scope, task_of
from invoice_creator.scheduling.dispatch import Dispatcher
from invoice_creator.scheduling.first_records import FirstRecords
from invoice_creator.writeback import MetronomeWriteback
from invoice_formatter.handler import InvoiceHandler as FormatterHandler
from invoice_formatter.kafka.settling import Settling
from invoice_formatter.mapping.hierarchy.billing import Billing
from invoice_formatter.mapping.hierarchy.steps import Steps, run
from invoice_formatter.underway import Underway
from invoice_providers.connection import Connection
from invoice_providers.names import destinations
from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure
from invoice_shared.headers import EVENT_ID
from invoice_shared.metrics import Metrics
from invoice_shared.record import Headers, OutgoingRecord, Record, TopicPartition
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import RetryPolicy
from invoice_shared.serde import from_bytes, to_bytes
from invoice_shared.settings import KafkaSettings
from tests.builders import raw_invoice
from tests.contract.standing.systems import Systems
from tests.fakes import FakeAsyncPublisher, FakeClock
from tests.unit.formatter.builders import rules
from tests.unit.formatter.hierarchies import CONSOLIDATING

TOPICS = KafkaSettings()
RAW = TOPICS.raw_invoices_topic
FORMATTED = TOPICS.formatted_invoices_topic
ERRORS = TOPICS.invoice_errors_topic
LEDGER = TOPICS.invoice_outcomes_topic
# First records are finalized this long after their process got the partition.
AN_HOUR = 3600.0


class Topics:
    """Acknowledges at once, and keeps every record under its offset."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._records: defaultdict[str, list[Record]] = defaultdict(list)
        self._ends: Counter[str] = Counter()

    def send(self, record: OutgoingRecord) -> Future[None]:
        """See ``Publisher``."""
        timestamp = int(self._clock.now().timestamp() * 1000)
        offset = self._ends[record.topic]
        self._ends[record.topic] += 1
        held = Record(record.topic, 0, offset, record.key, record.value, record.headers, timestamp)
        self._records[record.topic].append(held)
        acknowledged: Future[None] = Future()
        acknowledged.set_result(None)
        return acknowledged

    def publish(self, record: OutgoingRecord) -> None:
        """See ``Publisher``."""
        self.send(record)

    def read(self, topic: str, start: int = 0) -> list[Record]:
        """Return the records of a topic from an offset on."""
        return [record for record in self._records[topic] if record.offset >= start]

    def end(self, topic: str) -> int:
        """Return the offset of a topic's next record."""
        return self._ends[topic]

    def delete_all(self, topic: str) -> None:
        """Delete the records of a topic, as retention does; offsets continue."""
        self._records[topic].clear()

    def compact(self, topic: str) -> None:
        """Keep only the newest record of each key, as Kafka does."""
        newest = {record.key: record.offset for record in self._records[topic]}
        self._records[topic] = [
            each for each in self._records[topic] if newest[each.key] == each.offset
        ]


@dataclass(slots=True)
class Late:
    """A request that its system carries out later, at a time of its own."""

    at: float
    carry_out: Callable[[], object]


class Connector:
    """Processes what is put on its topics, including the delays; nothing waits when a method
    returns.
    """

    def __init__(self, systems: Systems, folder: Path) -> None:
        self.systems = systems
        self.clock = systems.clock
        self.topics = Topics(self.clock)
        self.book = DecisionBook()
        self.late: list[Late] = []
        self._formatter = _formatter(systems, self.topics)
        self.connections = systems.connections(folder)
        self._creator = _creator(systems, self.topics, self.book, self.connections)
        self._dispatcher = _dispatcher(self.clock)
        self._firsts = FirstRecords()
        self._firsts.assigned(TopicPartition(FORMATTED, 0), 0, self.clock.now())
        self._read = dict.fromkeys((RAW, FORMATTED), 0)
        self._committed = 0
        self._attempts_to_live = 0
        self.clock.advance(AN_HOUR)

    def deliver(
        self, invoice_id: str, customer_id: str, headers: Headers = (), **changes: Any
    ) -> None:
        """Receive Metronome's webhook, and do everything that follows."""
        self.receive(invoice_id, customer_id, headers, **changes)
        self.work()

    def receive(
        self, invoice_id: str, customer_id: str, headers: Headers = (), **changes: Any
    ) -> None:
        """Receive Metronome's webhook, and do nothing else."""
        now = self.clock.now()
        raw = raw_invoice(
            invoice_id=invoice_id,
            customer_id=customer_id,
            finalized_at=now,
            received_at=now,
            **changes,
        )
        marked = ((EVENT_ID, raw.event_id.encode()), *headers)
        self.topics.publish(OutgoingRecord(RAW, invoice_id.encode(), to_bytes(raw), marked))

    def put(self, record: OutgoingRecord) -> None:
        """Put a record on its topic, and do everything that follows."""
        self.topics.publish(record)
        self.work()

    def again(
        self, topic: str, invoice_id: str, change: Callable[[Headers], Headers] = tuple
    ) -> None:
        """Put an invoice's newest record of a topic there again."""
        newest = [
            record for record in self.topics.read(topic) if record.key == invoice_id.encode()
        ][-1]
        self.put(OutgoingRecord(topic, newest.key, newest.value, change(newest.headers)))

    def decide(self, kind: str, subject: str) -> None:
        """Let a person decide."""
        facts = {"decision_id": f"d-{subject}", "by": "ada", "why": "billed by hand", "via": "cli"}
        self.book.note(
            Decision.model_validate(
                facts | {"kind": kind, "subject": subject, "at": self.clock.now()}
            )
        )

    def failures(self, start: int = 0) -> list[InvoiceFailure]:
        """Return the failures that were filed, from an offset on."""
        return [
            from_bytes(InvoiceFailure, record.value) for record in self.topics.read(ERRORS, start)
        ]

    def work(self) -> None:
        """Format and create until nothing waits."""
        self.format()
        self._committed = self._read[FORMATTED]
        self._take_in()
        while self._dispatcher.held():
            self._attempt_next()

    def format(self) -> None:
        """Format until nothing waits for it."""
        asyncio.run(self._format())

    def lose(self, topic: str) -> None:
        """Let retention delete the records of a topic, even unread ones; readers continue after
        them.
        """
        self.topics.delete_all(topic)
        self._read[topic] = self.topics.end(topic)

    def die_after(self, attempts: int) -> None:
        """Let the creator die after this many attempts, before it has recorded how the last one
        ended.
        """
        self._attempts_to_live = attempts

    def pass_time(self, seconds: float) -> None:
        """Let time pass; late requests are carried out when they are due."""
        end = self.clock.monotonic() + seconds
        for each in sorted(self.late, key=lambda late: late.at):
            if each.at <= end:
                self.clock.advance(max(0.0, each.at - self.clock.monotonic()))
                self.late.remove(each)
                each.carry_out()
        self.clock.advance(end - self.clock.monotonic())

    async def _format(self) -> None:
        for record in self._unread(RAW):
            await self._formatter.settle(record)

    def _unread(self, topic: str) -> list[Record]:
        records = self.topics.read(topic, self._read[topic])
        self._read[topic] = self.topics.end(topic)
        return records

    def _take_in(self) -> None:
        for record in self._unread(FORMATTED):
            task = task_of(record, ALL_PHASES, Scope(destinations(), destinations()))
            assert task is not None
            assert task.document is not None
            task.is_repeat = not self._firsts.take(record, task.document)
            self._dispatcher.offer(task)

    def _attempt_next(self) -> None:
        task = self._dispatcher.take()
        if task is None:
            seconds = self._dispatcher.seconds_until_due()
            assert seconds is not None, "a held task is never due"
            self.pass_time(seconds)
            return
        goes_on = True
        while goes_on:
            error = self._creator.attempt(task)
            self._attempts_to_live -= 1
            if self._attempts_to_live == 0:
                self._restart()
                return
            goes_on = self._dispatcher.report(task, error)

    def _restart(self) -> None:
        """Become another process, which knows nothing and reads on from the committed offset."""
        self._dispatcher = _dispatcher(self.clock)
        self._firsts = FirstRecords()
        self._firsts.assigned(
            TopicPartition(FORMATTED, 0), self.topics.end(FORMATTED), self.clock.now()
        )
        self._read[FORMATTED] = self._committed
        self._take_in()


def _formatter(systems: Systems, topics: Topics) -> Settling:
    metronome = systems.metronome_client()

    async def fetch(customer_id: str, invoice_id: str) -> Any:
        return metronome.invoice(customer_id, invoice_id)

    async def run_steps(steps: Steps[Billing], _invoice_id: str) -> Billing:
        return run(steps, lambda step: step.read(metronome.ask(step.question)))

    billing = rules(metronome_invoices_types=CONSOLIDATING, hierarchy_billed_to="payer")
    handler = FormatterHandler(fetch, run_steps, billing, systems.clock)
    return Settling(
        handler, FakeAsyncPublisher(topics), Underway(), topics=TOPICS, metrics=Metrics()
    )


def _creator(
    systems: Systems, topics: Topics, book: DecisionBook, connections: Mapping[str, Connection]
) -> CreatorHandler:
    metrics = Metrics()
    accounts = {name: each.account for name, each in connections.items()}
    settlement = Settlement(topics, TOPICS, accounts, metrics, systems.clock)
    writeback = MetronomeWriteback(systems.metronome_client())
    return CreatorHandler(connections, book, writeback, settlement, metrics, systems.clock)


def _dispatcher(clock: FakeClock) -> Dispatcher:
    return Dispatcher(
        clock,
        RetryPolicy(1, 5, 30, 900, jitter=lambda _low, high: high),
        lambda: Circuit(clock, 5, 10, ConcurrencyLimit(4)),
        lambda _system, _change, _error: None,
        capacity=64,
        window=10_000,
        is_paused=lambda _system: False,
    )
