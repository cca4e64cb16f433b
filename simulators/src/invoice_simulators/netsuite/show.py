"""Build the answers of GET: one record, or a page of a list. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from invoice_simulators.netsuite.records import Transaction
from invoice_simulators.netsuite.rules import amount_of, lines_of
from invoice_simulators.wire import Json

# Answers contain a currency's name in the account, not its ISO code.
NAMES = {
    "USD": "US Dollar",
    "GBP": "British Pound",
    "CAD": "Canadian Dollar",
    "EUR": "Euro",
    "INR": "Indian Rupee",
    "AUD": "Australian Dollar",
    "CHF": "Swiss Franc",
}

# By record type and state: the letter and the name.
STATUSES = {
    "invoice": {"open": ("A", "Open"), "paid": ("B", "Paid In Full"), "void": ("V", "Voided")},
    "creditMemo": {"open": ("A", "Open"), "paid": ("B", "Fully Applied"), "void": ("V", "Voided")},
}


def status_of(stored: Transaction) -> tuple[str, str]:
    """Return a record's status as letter and name."""
    return STATUSES[stored.record_type][stored.state]


def show(
    stored: Transaction,
    base_url: str,
    fields: str | None,
    *,
    expand: bool,
    status_ids: Literal["names", "letters"],
) -> Json:
    """Return a record as GET answers it.

    ``fields`` limits it by name; without ``expand`` the lines are only linked.
    """
    record = _record(stored, f"{base_url}/{stored.record_type}/{stored.internal_id}", expand=expand)
    letter, name = status_of(stored)
    record["status"] = {"id": letter if status_ids == "letters" else name, "refName": name}
    if fields is None:
        return record
    wanted = {"links", "id", *fields.split(",")}
    return {name: value for name, value in record.items() if name in wanted}


def show_page(
    found: Sequence[Transaction], url: str, base_url: str, limit: int, offset: int
) -> Json:
    """Return a page of a list: ids and links, without fields."""
    page = found[offset : offset + limit]
    return {
        "links": [_link(url)],
        "count": len(page),
        "hasMore": offset + limit < len(found),
        "items": [_linked(each, base_url) for each in page],
        "offset": offset,
        "totalResults": len(found),
    }


def time_text(moment: float) -> str:
    """Return Unix seconds in NetSuite's format."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(stored: Transaction, url: str, *, expand: bool) -> Json:
    body = stored.body
    own: Json = {
        "links": [_link(url)],
        "id": stored.internal_id,
        "tranId": stored.number,
        "entity": {**body["entity"], "refName": f"Customer {body['entity']['id']}"},
        "currency": {
            "id": stored.currency_id,
            "refName": NAMES.get(stored.currency, stored.currency),
        },
        "subtotal": stored.total - stored.shipping,
        "total": stored.total,
        "createdDate": time_text(stored.created_at),
        "lastModifiedDate": time_text(stored.changed_at),
        "item": _sublist(lines_of(body), url, expand=expand),
    }
    if stored.shipping:
        own["shippingCost"] = stored.shipping
    if stored.record_type == "invoice":
        own |= {"amountPaid": stored.paid, "amountRemaining": stored.total - stored.paid}
    return {name: value for name, value in body.items() if value is not None} | own


def _link(url: str) -> Json:
    return {"rel": "self", "href": url}


def _linked(stored: Transaction, base_url: str) -> Json:
    return {
        "links": [_link(f"{base_url}/{stored.record_type}/{stored.internal_id}")],
        "id": stored.internal_id,
    }


def _sublist(lines: Sequence[Json], url: str, *, expand: bool) -> Json:
    links: list[dict[str, Any]] = [_link(f"{url}/item")]
    if not expand:
        return {"links": links}
    shown = [
        {**line, "line": index, "amount": Decimal(amount_of(line))}
        for index, line in enumerate(lines, 1)
    ]
    return {"links": links, "items": shown, "totalResults": len(shown)}
