"""The surroundings of one creator: topics, Metronome and NetSuite on loopback, invoices to be
created.
"""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoice_shared import serde
from invoice_shared.decision import Decision
from invoice_shared.invoice import FormattedInvoice
from tests.builders import FINALIZED_AT, formatted_invoice, line_item
from tests.support.outside import Outside
from tests.support.services import Service, StartService
from tests.support.topics import Topics

CREATOR = "invoice-creator"
TOPIC = "formatted-invoices"
# Shorter waits than in production; otherwise the same.
QUICK = {
    "UNCERTAIN_SETTLE_SECONDS": "0.3",
    "CIRCUIT_PROBE_SECONDS": "0.5",
    "RETRY_BACKOFF_MAX_SECONDS": "1",
    "HTTP_TIMEOUT_SECONDS": "5",
}


@dataclass
class World:
    """Everything of one test; ``changes`` overrides settings."""

    start_service: StartService
    outside: Outside
    topics: Topics
    changes: dict[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """Return the whole environment of a creator."""
        group = {"KAFKA_CONSUMER_GROUP": self.topics.group(CREATOR)}
        return self.outside.settings | self.topics.settings | QUICK | group | self.changes

    def start_unready(self) -> Service:
        """Start a creator that cannot become ready."""
        return self.start_service(CREATOR, self.settings())

    def start(self) -> Service:
        """Start a creator, and wait until it is ready."""
        service = self.start_service(CREATOR, self.settings())
        service.wait_until_ready()
        return service

    def send(
        self, invoices: Sequence[FormattedInvoice], headers: Mapping[str, bytes] | None = None
    ) -> None:
        """Seed invoices in Metronome, and put them on the topic."""
        self.outside.metronome.seed_invoices([as_metronome_has_it(invoice) for invoice in invoices])
        self.topics.produce(
            TOPIC, [(invoice.invoice_id, serde.to_bytes(invoice)) for invoice in invoices], headers
        )

    def documents(self) -> dict[str, Any]:
        """Return NetSuite's documents by external id. Fails if two have the same external id."""
        found = self.outside.netsuite.documents()
        twice = [
            name
            for name, count in Counter(each["external_id"] for each in found).items()
            if count > 1
        ]
        assert twice == [], "documents that exist twice"
        return {document["external_id"]: document for document in found}

    def failures(self) -> list[Any]:
        """Return every failure record."""
        return [record.json for record in self.topics.read("invoice-errors")]

    def ledger(self) -> dict[str, Any]:
        """Return the newest event of each invoice."""
        return {record.json["invoice_id"]: record.json for record in self.topics.events()}

    def decide(self, kind: str, subject: str, **facts: Any) -> None:
        """Record a person's decision."""
        known = {
            "decision_id": str(uuid.uuid4()),
            "by": "ada",
            "why": "a test",
            "at": FINALIZED_AT,
            "via": "cli",
        }
        decision = Decision.model_validate(known | {"kind": kind, "subject": subject} | facts)
        self.topics.produce("invoice-decisions", [(subject, serde.to_bytes(decision))])

    def is_committed(self, count: int) -> bool:
        """Whether this many records of the topic are committed."""
        return len(self.topics.read(TOPIC)) - self.topics.lag(CREATOR, TOPIC) == count


def invoices(count: int, **changes: Any) -> list[FormattedInvoice]:
    """Build invoices with different amounts, each with its own id."""
    return [_invoice(number, changes) for number in range(1, count + 1)]


def _invoice(number: int, changes: Mapping[str, Any]) -> FormattedInvoice:
    total = Decimal(number) / 4
    line = line_item(quantity=None, unit_price=None, amount=total)
    ours: dict[str, Any] = {"invoice_id": str(uuid.uuid4()), "total": total, "line_items": (line,)}
    return formatted_invoice(**{**ours, **changes})


def as_metronome_has_it(invoice: FormattedInvoice) -> dict[str, Any]:
    """Return what Metronome needs to know an invoice."""
    return {
        "id": invoice.invoice_id,
        "customer_id": invoice.metronome_customer_id,
        "type": "USAGE",
        "status": "FINALIZED",
        "credit_type": {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"},
        "total": int(invoice.total * 100),
        "line_items": [],
    }


def created_by(*services: Service) -> Counter[str]:
    """Count by position in the topic what these processes logged as created."""
    lines = [
        line for service in services for line in service.output().splitlines() if line.endswith("}")
    ]
    return Counter(json.loads(line)["position"] for line in lines if '"invoice created"' in line)


def ids(some: Sequence[FormattedInvoice]) -> set[str]:
    """Return the ids of the invoices."""
    return {invoice.invoice_id for invoice in some}
