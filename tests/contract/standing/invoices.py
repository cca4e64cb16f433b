"""An invoice in Metronome, with its own customer, who can move between destinations."""

import itertools
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.contract.standing.systems import Systems
from tests.unit.formatter.builders import line, tree

DESTINATION_FIELD = "billing_destination"
CUSTOMER_FIELD = "netsuite_customer_id"
# Per destination: the right customer, another one, and one to be made unknown there.
CUSTOMERS = {
    "netsuite": ("1042", "2042", "999999"),
    "quickbooks_online": ("58", "59", "999999"),
    "razorpay": ("cust_AAAAAAAAAAAAAA", "cust_BBBBBBBBBBBBBB", "cust_ZZZZZZZZZZZZZZ"),
}
TOTAL = Decimal("100.00")

_numbers = itertools.count(1)


def _next_id() -> str:
    # Names in a fixed namespace: as well spread as random ones, and the same in each run.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(next(_numbers))))


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice over 100.00 USD and its customer in Metronome."""

    systems: Systems
    invoice_id: str = field(default_factory=_next_id)
    customer_id: str = field(default_factory=_next_id)

    def finalize(self, destination: str) -> None:
        """Have Metronome finalize it for a customer of a destination."""
        fields = {DESTINATION_FIELD: destination, CUSTOMER_FIELD: CUSTOMERS[destination][0]}
        shown = tree(
            line(),
            id=self.invoice_id,
            customer_id=self.customer_id,
            customer_custom_fields=fields,
            issued_at="2026-03-01T00:00:00+00:00",
        )
        people = self.systems.metronome.people
        people.seed_customers([{"id": self.customer_id, "custom_fields": fields}])
        people.seed_invoices([shown])

    def move(self, destination: str, *, which: int = 0) -> None:
        """Move its customer to another destination, or to another customer id there."""
        fields = {DESTINATION_FIELD: destination, CUSTOMER_FIELD: CUSTOMERS[destination][which]}
        self.systems.metronome.people.set_fields("customer", self.customer_id, fields)

    @property
    def contract_id(self) -> str:
        """Return the customer's contract."""
        return f"contract-{self.customer_id}"

    @property
    def external(self) -> dict[str, Any]:
        """Return what Metronome knows about its document."""
        shown = next(
            each for each in self.systems.metronome.documents() if each["id"] == self.invoice_id
        )
        return shown["external_invoice"] or {}
