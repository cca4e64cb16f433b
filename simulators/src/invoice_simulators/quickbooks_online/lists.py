"""The company's preferences, customers and items. Pure."""

from collections.abc import Iterable, Sequence

from invoice_simulators.quickbooks_online.query import Query
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.wire import Json

MADE = "2026-01-01T00:00:00.000+00:00"


def preferences(settings: QuickBooksOnlineSettings) -> Json:
    """Return the preferences, which lack the warning about duplicate numbers."""
    return {
        "AccountingInfoPrefs": {"BookCloseDate": settings.closed_before}
        if settings.closed_before
        else {},
        "SalesFormsPrefs": {"CustomTxnNumbers": settings.custom_transaction_numbers},
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": settings.multicurrency,
            "HomeCurrency": {"value": settings.home_currency},
        },
        "TaxPrefs": {"UsingSalesTax": False},
        **_frame("1"),
    }


def customer(customer_id: str, settings: QuickBooksOnlineSettings) -> Json | None:
    """Return a customer, or null if there is none."""
    if not _is_known(customer_id, settings.unknown_customers):
        return None
    names = {
        "DisplayName": f"Customer {customer_id}",
        "CurrencyRef": {"value": settings.home_currency},
    }
    return {
        **names,
        "Active": customer_id not in settings.inactive_customers,
        **_frame(customer_id),
    }


def item(item_id: str, settings: QuickBooksOnlineSettings) -> Json | None:
    """Return an item, or null if there is none."""
    if not _is_known(item_id, settings.unknown_items):
        return None
    names = {"Name": f"Item {item_id}", "Type": "Service"}
    return {**names, "Active": item_id not in settings.inactive_items, **_frame(item_id)}


def matching(candidates: Iterable[Json | None], query: Query) -> list[Json]:
    """Return the list entries that a query finds: only active ones, unless it asks about that."""
    conditions = query.conditions
    asks_active = any(each.field == "active" for each in conditions)
    found = [
        entry for entry in candidates if entry is not None and (asks_active or entry["Active"])
    ]
    return [
        entry
        for entry in found
        if all(each.holds(_value(entry, each.field)) for each in conditions)
    ]


def ids_named(query: Query) -> Sequence[str]:
    """Return the ids that a query names."""
    return [value for each in query.conditions if each.field == "id" for value in each.values]


def _value(entry: Json, field: str) -> str | None:
    value = {name.lower(): value for name, value in entry.items()}.get(field)
    return str(value).lower() if isinstance(value, bool) else value


def _is_known(identity: str, unknown: Sequence[str]) -> bool:
    return identity.isdecimal() and identity not in unknown


def _frame(identity: str) -> Json:
    meta = {"CreateTime": MADE, "LastUpdatedTime": MADE}
    return {"Id": identity, "SyncToken": "0", "MetaData": meta, "domain": "QBO", "sparse": False}
