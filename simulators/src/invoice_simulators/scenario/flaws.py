"""Flaws of invoices that must not become documents, with their expected results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from invoice_simulators.scenario.catalog import Customer
from invoice_simulators.scenario.ends import End, Failed, Skipped
from invoice_simulators.wire import Json

Change = Callable[[Json, Customer], Any]
CustomerFlaw = Literal[
    "unmapped", "without-destination", "unknown-destination", "refused", "token-payer"
]
LineFlaw = Literal["unmapped", "refused", "none"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw: of the customer, of the lines, or of the invoice by ``change``."""

    end: End
    customer: CustomerFlaw | None = None
    lines: LineFlaw | None = None
    change: Change | None = None
    unknown_to_metronome: bool = False


def _set(**fields: Any) -> Change:
    return lambda invoice, _customer: invoice.update(fields)


def _add_a_hundred(invoice: Json, _customer: Customer) -> None:
    invoice["total"] += 100


def _at_its_provider(status: str) -> Change:
    """Return a change after which Metronome has a document at the customer's destination."""

    def change(invoice: Json, customer: Customer) -> None:
        provider = "custom" if customer.destination == "razorpay" else customer.destination
        known = {
            "billing_provider_type": provider,
            "invoice_id": "77001",
            "external_status": status,
        }
        invoice["external_invoice"] = known

    return change


def _in_the_revenue_system(invoice: Json, customer: Customer) -> None:
    invoice["revenue_system_invoices"] = [
        {
            "revenue_system_provider": str(customer.destination).upper(),
            "revenue_system_external_entity_type": "NETSUITE_INVOICE",
            "revenue_system_external_entity_id": "88001",
            "sync_status": "SUCCEEDED",
        }
    ]


def _consolidate(invoice: Json, _customer: Customer) -> None:
    """Make it a parent's consolidated invoice, with lines of its own and a child's invoice."""
    origins = [
        {
            "invoice_id": f"{invoice['id']}-{number}",
            "customer_id": invoice["customer_id"],
            "contract_id": contract_id,
        }
        for number, contract_id in enumerate(
            (invoice["contract_id"], f"{invoice['contract_id']}-child")
        )
    ]
    lines = [
        line | {"origin": origins[number % 2] | {"line_item_id": f"{invoice['id']}-line-{number}"}}
        for number, line in enumerate(invoice["line_items"])
    ]
    invoice.update(type="USAGE_CONSOLIDATED", constituent_invoices=origins, line_items=lines)


QUEUED_AT_STRIPE = {"billing_provider_type": "stripe", "external_status": "QUEUED"}
PARENT = {
    "customer_id": "6d0a2a0e-3a54-4a53-8a39-0b7f6a0c9d01",
    "contract_id": "6d0a2a0e-3a54-4a53-8a39-0b7f6a0c9d02",
}

# Used in turn.
FLAWS: tuple[Flaw, ...] = (
    Flaw(Failed("formatter", "customer-not-mapped"), customer="unmapped"),
    Flaw(Failed("formatter", "items-not-mapped"), lines="unmapped"),
    Flaw(Failed("creator", "provider-rejected"), customer="refused"),
    Flaw(Failed("formatter", "unknown-destination"), customer="unknown-destination"),
    Flaw(Skipped("not-finalized"), change=_set(status="VOID")),
    Flaw(Failed("formatter", "invoice-not-found"), unknown_to_metronome=True),
    Flaw(Failed("formatter", "totals-mismatch"), change=_add_a_hundred),
    Flaw(Failed("creator", "provider-rejected"), lines="refused"),
    Flaw(Failed("formatter", "destination-not-mapped"), customer="without-destination"),
    Flaw(Skipped("unbillable"), change=_set(billable_status="unbillable")),
    Flaw(Failed("formatter", "unsupported-currency"), customer="token-payer"),
    Flaw(Skipped("not-finalized"), change=_set(status="DRAFT")),
    Flaw(Skipped("type-not-configured"), change=_consolidate),
    Flaw(Skipped("already-synced"), change=_at_its_provider("FINALIZED")),
    Flaw(Skipped("nothing-to-bill"), lines="none"),
    Flaw(Failed("formatter", "payer-not-decided"), change=_set(payer=PARENT)),
    Flaw(Failed("formatter", "document-removed"), change=_at_its_provider("VOID")),
    Flaw(Failed("formatter", "billed-elsewhere"), change=_set(external_invoice=QUEUED_AT_STRIPE)),
    Flaw(Failed("formatter", "unknown-invoice-type"), change=_set(type="BRAND_NEW")),
    Flaw(Failed("formatter", "billed-elsewhere"), change=_in_the_revenue_system),
)
