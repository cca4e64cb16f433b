"""Lists of Metronome's API: filter, order, cursor. Pure."""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from multidict import MultiMapping

from invoice_simulators.metronome.store import StoredInvoice
from invoice_simulators.wire import ApiError, Json, dumps

# The largest page, and the default one.
LIMIT = 100

# The types that a list can be filtered by.
TYPES = ("USAGE", "USAGE_CONSOLIDATED", "SCHEDULED")


def bad_request(message: str) -> ApiError:
    """Return a 400 like Metronome's: one field, without a code."""
    return ApiError(400, {"message": message})


def select_invoices(
    invoices: Iterable[StoredInvoice], query: Mapping[str, str]
) -> list[StoredInvoice]:
    """Return a query's invoices, by ``issued_at``, oldest first unless ``sort=date_desc``."""
    found = [invoice for invoice in invoices if _matches(invoice.facts, query)]
    order = query.get("sort", "date_asc")
    if order not in ("date_asc", "date_desc"):
        raise bad_request(f"Invalid sort: {order}")
    return sorted(
        found,
        key=lambda invoice: str(invoice.facts["issued_at"] or ""),
        reverse=order == "date_desc",
    )


def select_customers(customers: Iterable[Json], query: MultiMapping[str]) -> list[Json]:
    """Return a query's customers: active ones, or with ``only_archived=true`` archived ones."""
    archived = query.get("only_archived") == "true"
    ids, accounts = _values(query, "customer_ids"), _values(query, "salesforce_account_ids")
    alias = query.get("ingest_alias")
    return [
        customer
        for customer in customers
        if bool(customer.get("archived_at")) is archived
        and (ids is None or customer["id"] in ids)
        and (
            accounts is None
            or (customer.get("customer_config") or {}).get("salesforce_account_id") in accounts
        )
        and (alias is None or alias in customer.get("ingest_aliases", ()))
    ]


def without_idle_lines(invoice: Json) -> Json:
    """Return an invoice without lines of quantity zero, for ``skip_zero_qty_line_items``."""
    return invoice | {
        "line_items": [line for line in invoice["line_items"] if line.get("quantity") != 0]
    }


def _values(query: MultiMapping[str], name: str) -> list[str] | None:
    # A list is one parameter with commas, or one parameter per entry.
    given = query.getall(name, None) or query.getall(f"{name}[]", None)
    if given is None:
        return None
    values = [value for text in given for value in text.split(",")]
    if len(values) > LIMIT:
        raise bad_request(f"{name} must have at most {LIMIT} entries")
    return values


def _matches(invoice: Json, query: Mapping[str, str]) -> bool:
    return (
        query.get("status") in (None, invoice["status"])
        and _type(query.get("type")) in (None, invoice["type"])
        and query.get("contract_id") in (None, invoice["contract_id"])
        and query.get("credit_type_id") in (None, invoice["credit_type"]["id"])
        and _in_period(invoice, query)
    )


def _type(text: str | None) -> str | None:
    if text is not None and text not in TYPES:
        raise bad_request(f"type must be one of {', '.join(TYPES)}")
    return text


def _in_period(invoice: Json, query: Mapping[str, str]) -> bool:
    # The date filter is about the billing period, not the issue date, so scheduled invoices, which
    # have no period, do not match.
    starting_on, ending_before = _time(query.get("starting_on")), _time(query.get("ending_before"))
    if starting_on is None and ending_before is None:
        return True
    start, end = _time(invoice["start_timestamp"]), _time(invoice["end_timestamp"])
    if start is None or end is None:
        return False
    return (starting_on is None or start >= starting_on) and (
        ending_before is None or end <= ending_before
    )


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"Invalid date-time: {text}") from error


def page(items: Sequence[bytes], query: Mapping[str, str]) -> bytes:
    """Return one page as JSON; ``next_page`` is an opaque cursor, null on the last page."""
    limit = _limit(query.get("limit"))
    start = _position(query.get("next_page"))
    end = start + limit
    cursor = dumps(_cursor(end) if end < len(items) else None)
    return b'{"data":[' + b",".join(items[start:end]) + b'],"next_page":' + cursor + b"}"


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if not text.isdecimal() or not 1 <= int(text) <= LIMIT:
        raise bad_request(f"limit must be between 1 and {LIMIT}")
    return int(text)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"position:{position}".encode()).decode()


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("position:"))
    except (ValueError, binascii.Error) as error:
        raise bad_request("Invalid next_page") from error
