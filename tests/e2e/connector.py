"""The four services as one connector: started together, fed by signed webhooks, observed from
outside.
"""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from invoice_simulators.metronome.webhooks import signed_request
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import SERVICES, Service, StartService
from tests.support.topics import Topics

# Shorter waits than in production; otherwise the same.
QUICK = {
    "LOG_LEVEL": "INFO",
    "ERROR_SINK_MAX_SECONDS": "1",
    "HTTP_TIMEOUT_SECONDS": "10",
    "RETRY_BACKOFF_MAX_SECONDS": "2",
    "UNCERTAIN_SETTLE_SECONDS": "0.5",
    "CIRCUIT_PROBE_SECONDS": "1",
}

READERS = {
    "invoice-formatter": "raw-invoices",
    "invoice-creator": "formatted-invoices",
    "invoice-error-sink": "invoice-errors",
}


@dataclass
class Connector:
    """Everything of one test; ``changes`` overrides settings of all services."""

    start_service: StartService
    outside: Outside
    topics: Topics
    bucket: Bucket
    changes: Mapping[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    def settings(self, script: str) -> dict[str, str]:
        """Return the whole environment of one service."""
        places = self.outside.settings | self.topics.settings | self.bucket.settings
        return (
            places
            | QUICK
            | {"KAFKA_CONSUMER_GROUP": self.topics.group(script)}
            | dict(self.changes)
        )

    def start(self, *scripts: str) -> None:
        """Start services, all four unless named, and wait until they are ready."""
        for script in scripts or SERVICES:
            self.services[script] = self.start_service(script, self.settings(script))
        for script in scripts or SERVICES:
            self.services[script].wait_until_ready()

    def deliver(self, event: Mapping[str, Any] | bytes) -> int:
        """Deliver one event as Metronome does, signed now, and return the status of the answer."""
        headers, body = signed_request(event, self.outside.webhook_secret, datetime.now(UTC))
        url = f"http://127.0.0.1:{self.services['invoice-webhook'].webhook_port}/webhooks/metronome"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, body, headers), timeout=30
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def is_drained(self) -> bool:
        """Whether every record of every topic is settled and committed by its reader."""
        return all(self.topics.lag(script, topic) == 0 for script, topic in READERS.items())

    def what_waits(self) -> str:
        """Return which topics have a lag, and what each service says about itself."""
        lags = {topic: self.topics.lag(script, topic) for script, topic in READERS.items()}
        said = {
            name: (service.ask("/livez"), service.ask("/readyz"))
            for name, service in self.services.items()
        }
        return f"lags: {lags}; {said}"

    def ledger(self) -> dict[str, list[Any]]:
        """Return all events of each invoice, oldest first, without the records of documents."""
        outcomes: dict[str, list[Any]] = {}
        for record in self.topics.events():
            outcomes.setdefault(record.json["invoice_id"], []).append(record.json)
        return outcomes

    def failures(self) -> list[Any]:
        """Return every failure record."""
        return [record.json for record in self.topics.read("invoice-errors")]

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

    def logs(self) -> str:
        """Return everything that all services have printed."""
        return "".join(service.output() for service in self.services.values())
