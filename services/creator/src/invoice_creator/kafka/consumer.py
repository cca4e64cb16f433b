"""The main thread: polls, gives records to the engine, and commits settled offsets.

It never processes an invoice. It also polls while no more records can be accepted, with the full
partitions paused, so that the broker does not remove it from the group.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as ConfluentPartition

from invoice_creator.kafka.admission import Admission
from invoice_creator.kafka.tasks import Scope, task_of
from invoice_creator.scheduling.engine import Engine
from invoice_creator.scheduling.first_records import FirstRecords
from invoice_creator.scheduling.task import Phase
from invoice_shared.assignment import Assignment
from invoice_shared.clock import Clock
from invoice_shared.decision import Decision
from invoice_shared.health import Health
from invoice_shared.kafka.client_config import MAX_POLL_SECONDS
from invoice_shared.kafka.lag import lag, note_read, starts
from invoice_shared.kafka.records import records_of
from invoice_shared.logs import get_logger
from invoice_shared.losses import Losses
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)

POLL_SECONDS = 0.2
# The most messages per poll.
BATCH = 500
COMMIT_SECONDS = 1.0
# Shares of the grace period: for attempts in flight, and for these and the last commit. The rest is
# for leaving the group.
SHUTDOWN_SHARE = 0.7
LAST_COMMIT_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Bounds:
    """The process's scope, and its times in seconds."""

    scope: Scope
    # Returns the decision that paused a destination.
    pauses: Callable[[str], Decision | None]
    phases: tuple[Phase, ...]
    # How long a rebalance waits for attempts in flight; far below ``max.poll.interval.ms``.
    revoke_seconds: float
    grace_seconds: float


class InvoiceConsumer:
    """``run`` returns after ``stop``, with all settled offsets of its own partitions committed."""

    def __init__(
        self,
        consumer: Consumer,
        engine: Engine,
        admission: Admission,
        bounds: Bounds,
        *,
        clock: Clock,
        health: Health,
        metrics: Metrics,
    ) -> None:
        self._consumer = consumer
        self._engine = engine
        self._admission = admission
        self._bounds = bounds
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._losses = Losses(metrics)
        self._assignment = Assignment(health, metrics)
        self._firsts = FirstRecords()
        self._next: dict[TopicPartition, int] = {}
        self._is_full = False
        self._fresh: set[TopicPartition] = set()
        self._paused: set[TopicPartition] = set()
        self._stopping = False
        self._commit_at = 0.0

    def run(self, topic: str, stop: threading.Event) -> None:
        """Work until ``stop``. Raises the fatal errors of a worker or of librdkafka."""
        self._assignment.untold()
        self._consumer.subscribe(
            [topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )
        self._engine.start()
        try:
            while not stop.is_set():
                self._health.polled("polling loop", MAX_POLL_SECONDS)
                self._engine.check()
                self._read()
                self._take_in()
                self._regulate()
                self._commit_sometimes()
        finally:
            self._finish()

    def _read(self) -> None:
        """Read records; wait only if the workers have enough, or if there are none."""
        if self._is_full:
            self._engine.wait_until(lambda dispatcher: dispatcher.has_room(), POLL_SECONDS)
        # One at first: a request for several waits until there are several.
        message = self._consumer.poll(0 if self._is_full else POLL_SECONDS)
        if message is not None:
            for record in records_of([message, *self._consumer.consume(BATCH, 0)]):
                note_read(self._losses, self._consumer, record)
                self._admission.put(record)

    def _take_in(self) -> None:
        while not self._has_filled_up() and (record := self._admission.take()) is not None:
            self._offer(record)

    def _has_filled_up(self) -> bool:
        with self._engine.held() as dispatcher:
            self._is_full = dispatcher.is_full()
        return self._is_full

    def _offer(self, record: Record) -> None:
        task = task_of(record, self._bounds.phases, self._bounds.scope)
        if task is not None and task.document is not None:
            task.is_repeat = not self._firsts.take(record, task.document)
        with self._engine.held() as dispatcher:
            if task is None:
                dispatcher.skip(record)
            else:
                dispatcher.offer(task)
        self._engine.wake()

    def _regulate(self) -> None:
        """Pause full partitions, and resume those that are half empty."""
        if self._fresh:  # librdkafka remembers a pause from the partition's last assignment
            self._consumer.resume(_theirs(self._fresh))
            self._fresh.clear()
        if full := self._admission.full() - self._paused:
            self._consumer.pause(_theirs(full))
            self._paused |= full
        if resumed := self._admission.with_room() & self._paused:
            self._consumer.resume(_theirs(resumed))
            self._paused -= resumed

    def _commit_sometimes(self) -> None:
        if self._clock.monotonic() < self._commit_at:
            return
        self._commit_at = self._clock.monotonic() + COMMIT_SECONDS
        self._commit()
        self._report()

    def _commit(self) -> bool:
        """Commit settled offsets; return whether nothing is left to commit."""
        with self._engine.held() as dispatcher:
            offsets = dispatcher.offsets.committable()
        if not offsets:
            return True
        if not self._is_committed(offsets):
            return False
        with self._engine.held() as dispatcher:
            dispatcher.offsets.committed(offsets)
        self._next |= offsets
        self._health.progress()
        return True

    def _is_committed(self, offsets: Mapping[TopicPartition, int]) -> bool:
        wanted = [
            ConfluentPartition(at.topic, at.partition, offset) for at, offset in offsets.items()
        ]
        try:
            done = self._consumer.commit(offsets=wanted, asynchronous=False)
            failed = next((partition.error for partition in done or () if partition.error), None)
        except KafkaException as exception:
            failed = exception.args[0]
        # It is tried again in a second, or the next owner repeats the work: both are harmless.
        if failed is not None:
            log.warning("offsets not committed", why=failed.str())
        return failed is None

    def _report(self) -> None:
        with self._engine.held() as dispatcher:
            held = dispatcher.held()
        self._assignment.lag(lag(self._consumer, self._next))
        self._report_pauses()
        self._metrics.in_flight(held)

    def _report_pauses(self) -> None:
        """Report paused destinations as not ready, and their waiting records not as a stall."""
        for destination in self._bounds.scope.taken:
            pause = self._bounds.pauses(destination)
            if pause is None:
                self._health.present(f"{destination} paused")
            else:
                self._health.missing(f"{destination} paused", f"by {pause.by}: {pause.why}")
                if self._next:  # without partitions the pause explains nothing
                    self._health.progress()

    def _on_assign(self, consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        for partition, start in starts(consumer, partitions).items():
            self._losses.begin(partition, start)
            self._next[partition] = start.next if start else 0
            self._firsts.assigned(partition, start.end if start else sys.maxsize, self._clock.now())
        assigned = _plain(partitions)
        self._admission.assigned(assigned)
        self._fresh |= assigned
        self._assignment.told(len(self._next))

    def _on_revoke(self, _consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Finish the attempts in flight, and commit; the rest is the next owner's."""
        gone = _plain(partitions)
        self._admission.drop(gone)
        with self._engine.held() as dispatcher:
            dispatcher.abandon(gone)
        patience = 0.0 if self._stopping else self._bounds.revoke_seconds
        self._engine.wait_until(lambda dispatcher: not dispatcher.is_busy(gone), patience)
        self._commit()
        self._give_up(gone)

    def _on_lost(self, _consumer: Consumer, partitions: list[ConfluentPartition]) -> None:
        """Drop partitions that another process owns already, without a commit."""
        log.warning("partitions lost", count=len(partitions))
        self._give_up(_plain(partitions))

    def _give_up(self, partitions: Collection[TopicPartition]) -> None:
        with self._engine.held() as dispatcher:
            dispatcher.forget(partitions)
        self._engine.wake()  # a record behind an abandoned one is due
        self._admission.drop(partitions)
        self._losses.forget(partitions)
        self._firsts.revoked(partitions)
        self._fresh.difference_update(partitions)
        self._paused.difference_update(partitions)
        for partition in partitions:
            self._next.pop(partition, None)
        self._assignment.left(len(self._next))

    def _finish(self) -> None:
        self._stopping = True
        deadline = self._clock.monotonic() + self._bounds.grace_seconds * LAST_COMMIT_SHARE
        if not self._engine.stop(self._bounds.grace_seconds * SHUTDOWN_SHARE):
            log.warning(
                "attempts in flight abandoned; the next owner processes their invoices again"
            )
        # During a rebalance the broker refuses every commit; a poll takes part in the rebalance.
        while not self._commit() and self._clock.monotonic() < deadline:
            self._consumer.poll(POLL_SECONDS)
        self._consumer.close()


def _theirs(partitions: Iterable[TopicPartition]) -> list[ConfluentPartition]:
    return [ConfluentPartition(each.topic, each.partition) for each in partitions]


def _plain(partitions: list[ConfluentPartition]) -> set[TopicPartition]:
    return {TopicPartition(partition.topic, partition.partition) for partition in partitions}
