"""Read people's decisions in their order."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from invoice_operations.view.span import WHOLE, Span
from invoice_shared.decision import Decision
from invoice_shared.errors import MalformedRecord
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes


class ReadsTopic(Protocol):
    """See ``view.topic_reader.TopicReader``."""

    def read(self, topic: str, span: Span = WHOLE) -> Iterator[Record]:
        """Yield the records of a part of a topic."""


def decisions(reader: ReadsTopic, topic: str, since: datetime | None = None) -> Iterator[Decision]:
    """Yield the decisions made since ``since``; skip other records.

    Decisions are few and contain their time, so the whole topic is read.
    """
    for record in reader.read(topic):
        try:
            decision = from_bytes(Decision, record.value)
        except MalformedRecord:
            continue
        if since is None or decision.at >= since:
            yield decision
