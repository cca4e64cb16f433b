"""The surroundings of a formatter: invoices seeded in Metronome, their raw records, and how each
ended.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from confluent_kafka import KafkaException

from invoice_shared import serde
from tests.builders import raw_invoice
from tests.support.outside import CUSTOMER_KEY, DESTINATION_KEY, ITEM_KEY, Outside
from tests.support.services import Service
from tests.support.topics import Seen, Topics
from tests.unit.formatter.builders import line, tree


def metronome_invoice(invoice_id: str, **changes: Any) -> dict[str, Any]:
    """Return an invoice of 100.00 USD that maps to NetSuite."""
    fields = {"customer_custom_fields": {CUSTOMER_KEY: "1042", DESTINATION_KEY: "netsuite"}}
    item = line(10_000, product_custom_fields={ITEM_KEY: "501"})
    return (
        tree(item, id=invoice_id, customer_id=customer_of(invoice_id))
        | fields
        | {"total": Decimal(10_000)}
        | changes
    )


def customer_of(invoice_id: str) -> str:
    """Spread the invoices over 20 customers."""
    return f"customer-{sum(invoice_id.encode()) % 20}"


def raw_record(invoice_id: str, customer_id: str | None = None) -> tuple[str, bytes]:
    """Return key and value of the record that the webhook would write."""
    owner = customer_id or customer_of(invoice_id)
    return invoice_id, serde.to_bytes(raw_invoice(invoice_id=invoice_id, customer_id=owner))


def formatted_by(*services: Service) -> Counter[str]:
    """Count by position in the raw topic what these processes logged as formatted."""
    lines = [
        line for service in services for line in service.output().splitlines() if line.endswith("}")
    ]
    return Counter(json.loads(line)["position"] for line in lines if '"invoice formatted"' in line)


@dataclass(frozen=True)
class World:
    """The topics and outside world of one test."""

    topics: Topics
    outside: Outside

    def settings(self, **changes: str) -> dict[str, str]:
        """Return the formatter's environment."""
        group = {"KAFKA_CONSUMER_GROUP": self.topics.group("invoice-formatter")}
        return self.topics.settings | self.outside.settings | group | changes

    def seed(self, invoices: Iterable[dict[str, Any]]) -> None:
        """Put invoices into Metronome, and their raw records on the topic."""
        known = list(invoices)
        self.outside.metronome.seed_invoices(known)
        self.topics.produce(
            "raw-invoices", [raw_record(each["id"], each["customer_id"]) for each in known]
        )

    def ends(self) -> dict[str, str]:
        """Return how each invoice ended: ``formatted``, or the outcome in the ledger."""
        formatted = {
            record.json["invoice_id"]: "formatted"
            for record in self.topics.read("formatted-invoices")
        }
        return formatted | {
            record.json["invoice_id"]: record.json["outcome"] for record in self.ledger()
        }

    def failures(self) -> list[Seen]:
        """Return the records of ``invoice-errors``."""
        return self.topics.read("invoice-errors")

    def ledger(self) -> list[Seen]:
        """Return the records of ``invoice-outcomes``."""
        return self.topics.read("invoice-outcomes")

    def lag(self) -> int:
        """Return how many of the raw records are not yet committed. Raises ``AssertionError`` while
        the broker cannot say.
        """
        try:
            return self.topics.lag("invoice-formatter", "raw-invoices")
        except KafkaException as error:
            raise AssertionError("the broker cannot say yet") from error
