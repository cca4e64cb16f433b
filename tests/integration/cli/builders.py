"""Invoices as Metronome would answer them: one line each, mapped or not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.support.outside import CUSTOMER_KEY, DESTINATION_KEY, ITEM_KEY

CENTS = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}
ISSUED = datetime.now(UTC) - timedelta(hours=1)


def id_of(name: str) -> str:
    """Return the UUID that stands for a name."""
    return str(uuid5(NAMESPACE_URL, name))


def customer(number: int, *, archived: bool = False) -> dict[str, Any]:
    """Return a customer who is billed in NetSuite."""
    return {
        "id": id_of(f"customer {number}"),
        "name": f"Customer {number}",
        "custom_fields": {CUSTOMER_KEY: f"{1000 + number}", DESTINATION_KEY: "netsuite"},
        "archived_at": "2026-01-01T00:00:00.000Z" if archived else None,
    }


def invoice(
    name: str, owner: dict[str, Any], cents: int, *, item: str | None = "2001", **changes: Any
) -> dict[str, Any]:
    """Return a finalized invoice for one product; ``item=None``: the product is not mapped."""
    line = {
        "name": "Beta feature",
        "type": "usage",
        "credit_type": CENTS,
        "product_id": "prod-beta",
        "product_custom_fields": {} if item is None else {ITEM_KEY: item},
        "quantity": 1,
        "unit_price": cents,
        "total": cents,
    }
    facts = {
        "id": id_of(name),
        "customer_id": owner["id"],
        "contract_id": "con-1",
        "credit_type": CENTS,
        "status": "FINALIZED",
        "type": "USAGE",
        "total": cents,
        "issued_at": text(ISSUED),
        "start_timestamp": text(ISSUED - timedelta(days=30)),
        "end_timestamp": text(ISSUED),
        "customer_custom_fields": owner["custom_fields"],
        "line_items": [line],
    }
    return facts | changes


def text(time: datetime) -> str:
    """Return a time as Metronome writes it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
