"""Writing down what a person decides, acknowledged before anything follows from it."""

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
    """Who decides, and at which face of the operations."""

    by: str
    via: Via


@dataclass(frozen=True, slots=True)
class Decider:
    """Each decision is a record of its own; the same one twice changes nothing more."""

    publisher: Publisher
    topic: str
    person: Person
    clock: Clock

    def decide(self, kind: Kind, subject: str, why: str | None = None, **facts: Any) -> Decision:
        """Write a decision down and return it. Raises ``InvalidRequest`` or ``PublishFailed``."""
        if not self.person.by.strip():
            raise InvalidRequest("Say with --by who decided it: the auditor reads it.")
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
        raise InvalidRequest("Say why with --why: the auditor reads it.")
    return why.strip()
