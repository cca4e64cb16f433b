"""Read ``invoice-decisions`` from its beginning into the decision book, in a thread."""

import threading
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from invoice_creator.decisions import DecisionBook
from invoice_shared.clock import Clock
from invoice_shared.decision import Decision
from invoice_shared.errors import MalformedRecord
from invoice_shared.health import Health
from invoice_shared.kafka.client_config import MAX_POLL_SECONDS
from invoice_shared.kafka.records import records_of
from invoice_shared.logs import get_logger
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes

log = get_logger(__name__)

POLL_SECONDS = 0.2
ANSWER_SECONDS = 5.0
# A broker can report an end that is one batch too early.
DRAIN_SECONDS = 0.05
PARTITION_EOF = KafkaError._PARTITION_EOF  # noqa: SLF001 - confluent-kafka's own name
# Without a request the topic's end is still read this often: a creator that cannot read must not
# send.
LOOK_EVERY_SECONDS = 5.0
DECISIONS = "decisions"


class DecisionFollower:
    """``ask`` and ``has_read`` may be called by any thread between ``start`` and ``stop``.

    ``changed`` is called after decisions were added, and after reading works again.
    """

    def __init__(
        self,
        consumer: Consumer,
        topic: str,
        book: DecisionBook,
        *,
        clock: Clock,
        health: Health,
        changed: Callable[[], object],
    ) -> None:
        self._consumer = consumer
        self._topic = topic
        self._book = book
        self._clock = clock
        self._health = health
        self._changed = changed
        self._next: dict[int, int] = {}
        self._asked = 1
        self._answered = 0
        self._is_readable = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="decisions", daemon=True)

    def start(self) -> None:
        """Begin to read. ``has_read`` is false until the whole topic was read."""
        self._health.missing(DECISIONS, "not read yet")
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the client."""
        self._stopping.set()
        self._thread.join()
        self._consumer.close()

    def ask(self) -> int:
        """Request that all decisions until now are read; return the request's number."""
        self._asked += 1
        return self._asked

    def has_read(self, question: int) -> bool:
        """Return whether all decisions before the request were read, and reading still works."""
        return self._is_readable and self._answered >= question

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._health.polled("reading of decisions", MAX_POLL_SECONDS)
            question = self._asked
            try:
                self._read_up_to(self._ends())
            except KafkaException as error:
                self._note_unreadable(error)
                self._stopping.wait(POLL_SECONDS)
            else:
                self._note_read(question)
                self._follow_until_asked(question)

    def _follow_until_asked(self, question: int) -> None:
        until = self._clock.monotonic() + LOOK_EVERY_SECONDS
        while (
            self._asked == question
            and self._clock.monotonic() < until
            and not self._stopping.is_set()
        ):
            self._take(POLL_SECONDS)

    def _ends(self) -> dict[int, int]:
        """Return the current end of each partition, and begin to read new partitions."""
        topics = self._consumer.list_topics(self._topic, timeout=ANSWER_SECONDS).topics
        marks = {
            number: self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, number), timeout=ANSWER_SECONDS
            )
            for number in topics[self._topic].partitions
        }
        if not marks:
            raise KafkaException(topics[self._topic].error)
        self._begin({number: low for number, (low, _high) in marks.items()})
        return {number: high for number, (_low, high) in marks.items()}

    def _begin(self, lows: dict[int, int]) -> None:
        if lows.keys() <= self._next.keys():
            return
        self._next = lows | self._next
        self._consumer.assign(
            [TopicPartition(self._topic, number, at) for number, at in self._next.items()]
        )

    def _read_up_to(self, ends: dict[int, int]) -> None:
        """Read to these ends, and on until no more records are there."""
        while not self._stopping.is_set() and not self._has_reached(ends):
            self._take(POLL_SECONDS)
        while self._take(DRAIN_SECONDS):
            pass

    def _has_reached(self, ends: dict[int, int]) -> bool:
        return all(self._next[number] >= end for number, end in ends.items())

    def _take(self, seconds: float) -> int:
        """Read records for ``seconds``; return their number."""
        self._health.polled("reading of decisions", MAX_POLL_SECONDS)
        messages = self._consumer.consume(500, seconds)
        records = list(records_of(each for each in messages if not self._is_end(each)))
        for record in records:
            self._note(record)
            self._next[record.partition] = record.offset + 1
        # Each time: nothing else wakes the tasks that wait for a resumed destination.
        if records:
            self._changed()
        return len(records)

    def _is_end(self, message: Message) -> bool:
        error = message.error()
        if error is None or error.code() != PARTITION_EOF:
            return False
        # The last offsets can be without a record, e.g. the mark of a transaction.
        self._next[message.partition() or 0] = message.offset() or 0
        return True

    def _note(self, record: Record) -> None:
        try:
            self._book.note(from_bytes(Decision, record.value))
        except MalformedRecord as error:
            log.error("decision not understood", position=record.position, why=error.reason)

    def _note_read(self, question: int) -> None:
        is_news = self._answered < question or not self._is_readable
        self._is_readable, self._answered = True, question
        self._health.present(DECISIONS)
        if is_news:
            self._changed()

    def _note_unreadable(self, error: KafkaException) -> None:
        why = error.args[0].str() if error.args and error.args[0] is not None else "no such topic"
        if self._is_readable:
            log.error("decisions cannot be read", why=why)
        self._is_readable = False
        self._health.missing(DECISIONS, f"{self._topic} cannot be read ({why}); nothing is sent")
