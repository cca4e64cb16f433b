"""Log-ins for the audit, stored until the broker has them: people must get in without it."""

import threading
from datetime import datetime
from typing import Any

from invoice_operations.decide.decider import Person
from invoice_operations.installation import Installation
from invoice_shared.decision import Decision
from invoice_shared.record import OutgoingRecord
from invoice_shared.serde import to_bytes
from invoice_shared.types import time_text
from invoice_web.sessions import SESSION_SECONDS
from invoice_web.store import Store

# Remembered people named by a proxy; if there are more, the one seen first is entered again.
MAX_KNOWN = 10_000


class Logins:
    """Stores log-ins, and publishes them to the audit. Thread-safe."""

    def __init__(self, installation: Installation, store: Store) -> None:
        self._installation = installation
        self._store = store
        self._known: dict[str, float] = {}
        self._entering = threading.Lock()

    def add(self, name: str, role: str) -> None:
        """Store a log-in; ``enter`` publishes it to the audit."""
        now = self._installation.clock.now()
        with self._store.transaction() as tables:
            tables.execute(
                "INSERT INTO logins (name, role, at) VALUES (?, ?, ?)", (name, role, time_text(now))
            )

    def seen(self, name: str, role: str) -> None:
        """Store a log-in of a person named by a proxy, once per session's length."""
        now = self._installation.clock.monotonic()
        if now - self._known.get(name, float("-inf")) < SESSION_SECONDS:
            return
        self._known[name] = now
        while len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self.add(name, role)

    def enter(self) -> None:
        """Publish the stored log-ins to the audit.

        A log-in is deleted after it was published: a crash between the two publishes it again with
        the same id. Raises ``PublishFailed``.
        """
        with self._entering:
            with self._store.transaction() as tables:
                waiting = tables.execute(
                    "SELECT number, name, role, at FROM logins ORDER BY number"
                ).fetchall()
            if not waiting:
                return
            topic = self._installation.kafka.invoice_decisions_topic
            with self._installation.publisher() as publisher:
                for row in waiting:
                    decision = login(*row)
                    publisher.publish(
                        OutgoingRecord(topic, decision.subject.encode(), to_bytes(decision))
                    )
                    with self._store.transaction() as tables:
                        tables.execute("DELETE FROM logins WHERE number = ?", (row[0],))


def login(number: int, name: str, role: str, at: str) -> Decision:
    """Return the decision of a log-in, whose id is the same each time."""
    person = Person(name, "web")
    facts: dict[str, Any] = {
        "decision_id": f"login-{at}-{number}",
        "kind": "login",
        "subject": name,
    }
    return Decision(
        by=person.by, via=person.via, at=datetime.fromisoformat(at), why=f"role {role}", **facts
    )
