"""Metronome's answers as JSON trees, with the fields changed that a test is about, and rules to map
them with.
"""

from decimal import Decimal
from typing import Any

from invoice_formatter.mapping.document import Mapped, map_invoice
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_shared import serde
from invoice_shared.invoice import FormattedInvoice
from tests.builders import CUSTOMER_ID, INVOICE_ID

USD = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}
EUR = {"id": "8f3c2c2e-0000-4000-8000-000000000eur", "name": "EUR"}
TOKENS = {"id": "8f3c2c2e-0000-4000-8000-0000000token", "name": "Tokens"}


def rules(**changes: Any) -> MappingRules:
    """Return rules with the three required keys and the defaults."""
    required = {
        "metronome_billing_provider_customer_id": "netsuite_customer_id",
        "metronome_billing_provider_destination": "billing_destination",
        "metronome_billing_provider_item_id": "netsuite_item_id",
    }
    return MappingRules.model_validate(required | changes)


def line(total: str | int = 10_000, **changes: Any) -> dict[str, Any]:
    """Return a usage line of 100.00 USD whose product has an item; ``total`` is in cents."""
    valid: dict[str, Any] = {
        "name": "API calls",
        "type": "usage",
        "total": Decimal(total),
        "quantity": Decimal(1000),
        "unit_price": Decimal(10),
        "credit_type": USD,
        "product_id": "prod-api",
        "product_custom_fields": {"netsuite_item_id": "501"},
        "starting_at": "2026-02-01T00:00:00+00:00",
        "ending_before": "2026-03-01T00:00:00+00:00",
    }
    return valid | changes


def application(total: str | int, kind: str = "PREPAID", **changes: Any) -> dict[str, Any]:
    """Return the line of an applied commit or credit, which has neither quantity nor price."""
    valid = line(total, name="Commit", type="applied_commit_or_credit", product_id="prod-commit")
    del valid["quantity"], valid["unit_price"]
    return valid | {"applied_commit_or_credit": {"id": "commit-1", "type": kind}} | changes


def tree(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a finalized usage invoice for February 2026; its total is the sum of the lines unless
    changed.
    """
    items = list(lines) or [line()]
    valid: dict[str, Any] = {
        "id": INVOICE_ID,
        "customer_id": CUSTOMER_ID,
        "type": "USAGE",
        "status": "FINALIZED",
        "credit_type": USD,
        "total": sum((item["total"] for item in items), start=Decimal(0)),
        "line_items": items,
        "start_timestamp": "2026-02-01T00:00:00+00:00",
        "end_timestamp": "2026-03-01T00:00:00+00:00",
        "issued_at": "2026-03-02T09:30:00+00:00",
        "customer_custom_fields": {
            "netsuite_customer_id": "1042",
            "billing_destination": "netsuite",
        },
    }
    return valid | changes


def answer(*lines: dict[str, Any], **changes: Any) -> bytes:
    """Return the bytes that Metronome would send."""
    return serde.dumps({"data": tree(*lines, **changes)})


def invoice(*lines: dict[str, Any], **changes: Any) -> MetronomeInvoice:
    """Return the answer as parsed from its bytes."""
    return parse_invoice(serde.loads(answer(*lines, **changes)))


def document(mapped: Mapped | Skip) -> FormattedInvoice:
    """Return the document of a mapping that must not have been a skip."""
    assert isinstance(mapped, Mapped), mapped
    return mapped.document


def mapped(
    *lines: dict[str, Any], by: MappingRules | None = None, **changes: Any
) -> FormattedInvoice:
    """Map an invoice to its document."""
    return document(map_invoice(invoice(*lines, **changes), by or rules()))
