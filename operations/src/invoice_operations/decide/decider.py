"""Record a person's decision, acknowledged before it takes effect."""

import uuid
from dataclasses import dataclass
from typing import Any

from invoice_operations.errors import InvalidRequest
from invoice_shared.clock import Clock
from invoice_shared.decision import Decision, Kind, Via
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides, and with which tool: the command line or the page."""

    by: str
    via: Via


@dataclass(frozen=True, slots=True)
class Decider:
    """Publishes one record per decision. Repeating a decision changes nothing."""

    publisher: Publisher
    topic: str
    person: Person
    clock: Clock

    def decide(self, kind: Kind, subject: str, why: str | None = None, **facts: Any) -> Decision:
        """Publish and return a decision. Raises ``InvalidRequest`` or ``PublishFailed``."""
        if not self.person.by.strip():
            raise InvalidRequest("Add --by with who decided it, for the auditor.")
        decision = Decision(
            decision_id=str(uuid.uuid4()),
            kind=kind,
            subject=subject,
            by=self.person.by.strip(),
            why=why.strip() if why else None,
            at=self.clock.now(),
            via=self.person.via,
            **facts,
        )
        self.publisher.publish(OutgoingRecord(self.topic, subject.encode(), to_bytes(decision)))
        return decision


def required(why: str) -> str:
    """Return a reason without surrounding blanks. Raises ``InvalidRequest`` for an empty one."""
    if not why.strip():
        raise InvalidRequest("Add --why with the reason, for the auditor.")
    return why.strip()
