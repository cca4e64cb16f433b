"""A stand-in for librdkafka's producer, which answers each record with the same error, or not at
all.
"""

import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from invoice_shared.record import OutgoingRecord

RECORD = OutgoingRecord("raw-invoices", b"i-1", b"{}")
FATAL = KafkaError(KafkaError._FATAL, "the broker was restored to an earlier state", fatal=True)
PASSING = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION, "moved")

Report = Callable[[KafkaError | None, Any], None]


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
