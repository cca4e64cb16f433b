"""Customers and items as SuiteQL shows them. Pure."""

from collections.abc import Sequence

from invoice_simulators.conditions import Condition, parse_conditions
from invoice_simulators.netsuite.errors import wrong_parameter
from invoice_simulators.netsuite.rules import is_known
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.netsuite.suiteql import QUERY
from invoice_simulators.wire import Json

FIELDS = {"id", "isinactive"}
# A query that names no id is answered with one record, because any number is an id here.
ONE_OF_THEM = ("1",)


def entries(text: str, settings: NetSuiteSettings) -> Sequence[Json] | None:
    """Answer a query of customers or items; ``None`` if it is about something else.

    Raises ``ApiError``.
    """
    found = QUERY.fullmatch(text)
    table = found["table"].lower() if found else ""
    if found is None or table not in ("customer", "item"):
        return None
    if table in settings.forbidden_record_types:
        return []
    conditions = _conditions(found["where"] or "")
    rows = [
        row
        for row in (_row(each, table, settings) for each in _named(conditions))
        if row is not None and all(each.holds(row[each.field]) for each in conditions)
    ]
    return rows[: int(found["most"])] if found["most"] else rows


def _conditions(where: str) -> tuple[Condition, ...]:
    try:
        return parse_conditions(where, dict.fromkeys(FIELDS))
    except (LookupError, ValueError) as error:
        raise wrong_parameter(f"Search error occurred: {error}") from error


def _named(conditions: Sequence[Condition]) -> Sequence[str]:
    named = [value for each in conditions if each.field == "id" for value in each.values]
    return named or ONE_OF_THEM


def _row(identity: str, table: str, settings: NetSuiteSettings) -> Json | None:
    is_customer = table == "customer"
    unknown = settings.unknown_customers if is_customer else settings.unknown_items
    inactive = settings.inactive_customers if is_customer else settings.inactive_items
    if not is_known(identity, unknown):
        return None
    return {"links": [], "id": identity, "isinactive": "T" if identity in inactive else "F"}
