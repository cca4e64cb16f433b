"""Stand-ins for librdkafka's producer and for the messages of its consumer."""

import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from invoice_shared.record import OutgoingRecord

RECORD = OutgoingRecord("raw-invoices", b"i-1", b"{}")
FATAL = KafkaError(KafkaError._FATAL, "the broker was restored to an earlier state", fatal=True)
PASSING = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION, "moved")

Report = Callable[[KafkaError | None, Any], None]


class FakeMessage:
    """A record, or an event of its partition if it has an ``error``, as the library presents it."""

    def __init__(
        self,
        partition: int,
        offset: int,
        at: int = 0,
        *,
        topic: str = "topic",
        key: bytes | None = None,
        value: bytes | None = None,
        error: KafkaError | None = None,
    ) -> None:
        self._topic = topic
        self._partition = partition
        self._offset = offset
        self._at = at
        self._key = key
        self._value = value
        self._error = error

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def headers(self) -> None:
        """Return no headers."""

    def timestamp(self) -> tuple[int, int]:
        return 1, self._at

    def error(self) -> KafkaError | None:
        return self._error


class FakeProducer:
    """Answers each record with the same error, at ``produce`` or by a report, as librdkafka does.

    A ``silent`` one reports nothing. ``raised`` is raised by the first ``poll`` that has a report,
    in its place.
    """

    def __init__(
        self,
        error: KafkaError | None = None,
        *,
        refuses: bool = False,
        raised: KafkaError | None = None,
        silent: bool = False,
    ) -> None:
        self.error = error
        self.silent = silent
        self.raised = raised
        self.refuses = refuses
        self.asked = 0
        self._lock = threading.Lock()
        self._reports: list[Report] = []

    def produce(self, _topic: str, *, on_delivery: Report, **_record: Any) -> None:
        self.asked += 1
        if self.refuses:
            raise KafkaException(self.error)
        with self._lock:
            self._reports.append(on_delivery)

    def poll(self, _seconds: float) -> int:
        if self.raised is not None and self._reports:
            raised = self.raised
            self.raised = None
            raise KafkaException(raised)
        if self.silent:
            return 0
        with self._lock:
            reports = self._reports
            self._reports = []
        for report in reports:
            report(self.error, None)
        return len(reports)

    def flush(self, _seconds: float) -> int:
        return 0

    def __len__(self) -> int:
        return len(self._reports)
