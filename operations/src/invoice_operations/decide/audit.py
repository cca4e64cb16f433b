"""Reading what people decided, in the order in which they did."""

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
    """Yield the decisions made from ``since`` on; a record that is none is left out.

    Each says when it was made; there are few, so the topic is read whole.
    """
    for record in reader.read(topic):
        try:
            decision = from_bytes(Decision, record.value)
        except MalformedRecord:
            continue
        if since is None or decision.at >= since:
            yield decision
