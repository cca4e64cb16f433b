"""Decisions are followed as they arrive, and whoever waits for one is told."""

import threading
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from confluent_kafka import Consumer

from invoice_creator.decisions import DecisionBook
from invoice_creator.kafka.decision_follower import LOOK_EVERY_SECONDS, DecisionFollower
from invoice_shared import serde
from invoice_shared.health import Health
from tests.fakes import FakeClock
from tests.support.waiting import eventually
from tests.unit.creator.test_decisions import decision
from tests.unit.shared.kafka.fakes import FakeMessage

TOPIC = "invoice-decisions"
SECONDS = 10.0


def message(offset: int, kind: str) -> FakeMessage:
    value = serde.to_bytes(decision(kind, "netsuite"))
    return FakeMessage(0, offset, topic=TOPIC, key=b"netsuite", value=value)


class FakeConsumer:
    """A topic of one partition.

    ``after_the_end`` holds what is decided while the end of the topic is looked up. ``at_once`` is
    the most that one call returns.
    """

    def __init__(self, at_once: int = 500) -> None:
        self._at_once = at_once
        self.messages: deque[FakeMessage] = deque()
        self.after_the_end: deque[FakeMessage] = deque()
        self._end = 0

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(partitions={0: None}, error=None)})

    def get_watermark_offsets(self, _partition: Any, timeout: float) -> tuple[int, int]:
        end = self._end + len(self.messages)
        self.messages.extend(self.after_the_end)
        self.after_the_end.clear()
        return 0, end

    def assign(self, _partitions: Any) -> None:
        """Do nothing."""

    def consume(self, count: int, _timeout: float) -> list[FakeMessage]:
        taken = [
            self.messages.popleft() for _ in range(min(count, self._at_once, len(self.messages)))
        ]
        self._end += len(taken)
        if not taken:
            threading.Event().wait(0.002)
        return taken

    def close(self) -> None:
        """Do nothing."""


def follower_of(
    consumer: FakeConsumer, book: DecisionBook, clock: FakeClock, changed: Callable[[], object]
) -> DecisionFollower:
    return DecisionFollower(
        cast("Consumer", consumer),
        TOPIC,
        book,
        clock=clock,
        health=Health(clock, 120),
        changed=changed,
    )


def test_the_topic_is_read_to_its_end_even_if_the_broker_names_an_earlier_one() -> None:
    consumer, book, clock = FakeConsumer(at_once=1), DecisionBook(), FakeClock()
    known: list[tuple[bool, bool]] = []

    def changed() -> None:
        known.append((follower.has_read(1), book.pause("netsuite") is not None))

    follower = follower_of(consumer, book, clock, changed)
    consumer.messages.append(message(0, "resume"))
    consumer.after_the_end += [message(1, "resume"), message(2, "pause")]

    follower.start()

    eventually(lambda: (True, True) in known, SECONDS)
    follower.stop()
    assert (True, False) not in known


def test_a_decision_that_is_read_while_the_end_is_looked_up_is_reported_like_any_other() -> None:
    consumer = FakeConsumer()
    book = DecisionBook()
    told = threading.Semaphore(0)
    clock = FakeClock()
    follower = follower_of(consumer, book, clock, told.release)
    consumer.messages.append(message(0, "pause"))
    follower.start()
    eventually(lambda: follower.has_read(1) and book.pause("netsuite"), SECONDS)
    while told.acquire(blocking=False):
        pass

    consumer.after_the_end.append(message(1, "resume"))
    clock.advance(LOOK_EVERY_SECONDS)

    assert told.acquire(timeout=SECONDS)
    assert book.pause("netsuite") is None
    follower.stop()
