"""How things stand at a moment: what lies in the topics, what waits for whom, what has failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from invoice_operations.clients import Clients
from invoice_operations.selection import Selection
from invoice_operations.tally import Group
from invoice_operations.view.overview import Overview, Waiting, last_offsets, waiting


@dataclass(frozen=True, slots=True)
class Glance:
    """``topics`` holds the records that each has ever taken; ``failures`` are the open ones."""

    at: datetime
    topics: dict[str, int]
    waiting: list[Waiting]
    failures: list[Group]

    def document(self) -> dict[str, Any]:
        """Return it as a JSON tree."""
        return {
            "at": self.at,
            "topics": self.topic_rows(),
            "waiting": self.waiting_rows(),
            "failures": [group.document() for group in self.failures],
        }

    def topic_rows(self) -> list[dict[str, Any]]:
        """Return one row per topic."""
        return [{"topic": topic, "records_ever": count} for topic, count in self.topics.items()]

    def waiting_rows(self) -> list[dict[str, Any]]:
        """Return one row per topic and consumer group."""
        return [
            {"topic": each.topic, "group": each.group, "waiting": each.lag} for each in self.waiting
        ]


class GlanceClients(Clients, Protocol):
    """What a glance takes; see ``installation.Installation``."""

    def overview(self) -> Overview:
        """Return what tells how much lies in the topics and waits for whom."""


def glance(clients: GlanceClients) -> Glance:
    """Look once. Raises what the clients raise."""
    now, overview = clients.clock.now(), clients.overview()
    ends = overview.ends()
    return Glance(
        at=now,
        topics=dict(last_offsets(ends)),
        waiting=waiting(ends, overview.committed()),
        failures=clients.view().groups(Selection(state="open")),
    )
