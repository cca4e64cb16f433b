"""Small in-memory stand-ins for what services depend on, which keep the promises of the real
ones.
"""

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from invoice_shared import serde
from invoice_shared.publishing import Publisher, PublishFailed, RecordTooLarge
from invoice_shared.record import Headers, OutgoingRecord

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is advanced; the time of day and the monotonic seconds move
    together.
    """

    def __init__(self, now: datetime = START) -> None:
        self._start = now
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the time of day, UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass; it never runs backwards."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._elapsed += seconds


@dataclass(frozen=True, slots=True)
class Published:
    """One record that the fake broker has acknowledged."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def json(self) -> Any:
        """Return the value as a JSON tree, fractions as ``Decimal``."""
        return serde.loads(self.value or b"null")


class FakePublisher:
    """Acknowledges at once and keeps what it was given; after ``fail`` it refuses, until
    ``recover``.

    As with the real one, a refused record counts as not published, and one whose value is larger
    than ``max_bytes`` is replaced by its smaller substitute.
    """

    def __init__(self, max_bytes: int = 10_000_000) -> None:
        self.published: list[Published] = []
        self._max_bytes = max_bytes
        self._error: PublishFailed | None = None
        self._refusals: int | None = 0

    def fail(self, error: PublishFailed | None = None, *, times: int | None = None) -> None:
        """Refuse the next ``times`` records, or all of them until ``recover``."""
        self._error = error or PublishFailed("The fake broker does not acknowledge.")
        self._refusals = times

    def recover(self) -> None:
        """Acknowledge again."""
        self._error = None

    def send(self, record: OutgoingRecord) -> Future[None]:
        """Answer at once with a finished future."""
        answer: Future[None] = Future()
        if (error := self._next_refusal()) is not None:
            answer.set_exception(error)
        elif len(record.value or b"") <= self._max_bytes:
            self.published.append(Published(record.topic, record.key, record.value, record.headers))
            answer.set_result(None)
        elif record.smaller is not None:
            return self.send(record.smaller)
        else:
            answer.set_exception(RecordTooLarge("The record is larger than the topic takes."))
        return answer

    def publish(self, record: OutgoingRecord) -> None:
        """Return once acknowledged; raises ``PublishFailed`` while told to fail."""
        self.send(record).result()

    def to(self, topic: str) -> list[Published]:
        """Return the records of one topic, in order."""
        return [record for record in self.published if record.topic == topic]

    def _next_refusal(self) -> PublishFailed | None:
        if self._error is None:
            return None
        error = self._error
        if self._refusals is not None:
            self._refusals -= 1
            if self._refusals <= 0:
                self._error = None
        return error


class FakeAsyncPublisher:
    """The same for an event loop: a record is acknowledged when the inner publisher has
    acknowledged it.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(self, record: OutgoingRecord) -> None:
        """Return once acknowledged; raises ``PublishFailed`` as the inner publisher does."""
        await asyncio.wrap_future(self._publisher.send(record))
