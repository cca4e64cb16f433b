"""An overview of this moment: records per topic, lag per group, and open failures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from invoice_operations.clients import Clients
from invoice_operations.selection import Selection
from invoice_operations.tally import Group
from invoice_operations.view.overview import Overview, Waiting, last_offsets, waiting


@dataclass(frozen=True, slots=True)
class Glance:
    """``topics`` counts all records ever written to each; ``failures`` are the open ones."""

    at: datetime
    topics: dict[str, int]
    waiting: list[Waiting]
    failures: list[Group]

    def document(self) -> dict[str, Any]:
        """Return the overview as a JSON tree."""
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
    """The clients for a glance; see ``installation.Installation``."""

    def overview(self) -> Overview:
        """Return the client for records per topic and lag per group."""


def glance(clients: GlanceClients) -> Glance:
    """Return the current overview. Raises what the clients raise."""
    now, overview = clients.clock.now(), clients.overview()
    ends = overview.ends()
    return Glance(
        at=now,
        topics=dict(last_offsets(ends)),
        waiting=waiting(ends, overview.committed()),
        failures=clients.view().groups(Selection(state="open")),
    )
