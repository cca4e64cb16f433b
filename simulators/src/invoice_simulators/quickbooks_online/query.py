"""Parse Intuit's query language as documented: conditions joined by AND, order, page.

Pure.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_simulators.conditions import Condition, parse_conditions
from invoice_simulators.quickbooks_online.errors import fault
from invoice_simulators.quickbooks_online.transactions import Transaction

QUERY = re.compile(
    r"\s*select\s+(?P<fields>.+?)\s+from\s+(?P<entity>\w+)(\s+where\s+(?P<where>.+?))?"
    r"(\s+order\s*by\s+(?P<order>[\w.]+)(\s+(?P<direction>asc|desc))?)?"
    r"(\s+startposition\s+(?P<start>\d+))?(\s+maxresults\s+(?P<most>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
COUNT = re.compile(r"count\s*\(\s*\*\s*\)", re.IGNORECASE)
# Case-sensitive names.
ENTITIES = ("Invoice", "CreditMemo", "Preferences", "Customer", "Item")

Value = str | Decimal | datetime | None
FIELDS: dict[str, Callable[[Transaction], Value]] = {
    "id": lambda stored: stored.id,
    "docnumber": lambda stored: stored.number,
    "txndate": lambda stored: stored.date,
    "duedate": lambda stored: stored.due_date,
    "customerref": lambda stored: stored.customer_id,
    "totalamt": lambda stored: stored.total,
    "balance": lambda stored: stored.balance,
    "metadata.createtime": lambda stored: stored.created,
    "metadata.lastupdatedtime": lambda stored: stored.changed,
}
# Fields of customers and items.
OF_LISTS = ("id", "active", "displayname", "name")

# Existing properties that queries must not use.
NOT_QUERYABLE = ("privatenote", "customfield", "customermemo", "line", "linkedtxn")

MAX_RESULTS = 1000
DEFAULT_RESULTS = 100


@dataclass(frozen=True, slots=True)
class Query:
    """One parsed query. ``start`` counts from 1."""

    entity: str
    conditions: tuple[Condition, ...]
    order: str | None
    is_descending: bool
    start: int
    most: int
    only_counts: bool

    def value_of(self, field: str) -> str | None:
        """Return the value that ``field`` must equal, if the query names one."""
        wanted = (
            each.values[0] for each in self.conditions if each.field == field and each.sign == "="
        )
        return next(wanted, None)

    def select(self, transactions: Iterable[Transaction]) -> list[Transaction]:
        """Return the transactions that satisfy all conditions, in order. Raises ``ApiError``."""
        try:
            found = [
                stored
                for stored in transactions
                if stored.entity == self.entity
                and all(each.holds(FIELDS[each.field](stored)) for each in self.conditions)
            ]
        except (ValueError, ArithmeticError) as error:
            raise fault("4001", f"QueryValidationError: value not understood: {error}") from error
        if self.order is None:
            return found
        key = FIELDS[self.order]
        return sorted(
            found,
            key=lambda stored: (key(stored) is not None, key(stored)),
            reverse=self.is_descending,
        )

    def page(self, found: Sequence[Any]) -> Sequence[Any]:
        """Return the requested page."""
        return found[self.start - 1 : self.start - 1 + self.most]


def parse_query(text: str, *, total_is_queryable: bool) -> Query:
    """Parse a query.

    Raises ``ApiError``: 4000 if it is invalid, 4001 if it uses what it must not.
    """
    found = QUERY.fullmatch(text)
    if found is None or found["entity"] not in ENTITIES:
        raise fault("4000", f"QueryParserError: {text[:200]}")
    start = int(found["start"] or 1)
    if start < 1:
        raise fault("4001", "QueryValidationError: STARTPOSITION must be at least 1")
    fields = _fields_of(found["entity"], total_is_queryable=total_is_queryable)
    order = found["order"].lower() if found["order"] else None
    if order is not None and order not in fields:
        raise _not_queryable(found["order"])
    return Query(
        entity=found["entity"],
        conditions=_conditions(found["where"], fields),
        order=order,
        is_descending=(found["direction"] or "").lower() == "desc",
        start=start,
        most=min(int(found["most"] or DEFAULT_RESULTS), MAX_RESULTS),
        only_counts=COUNT.fullmatch(found["fields"]) is not None,
    )


def _fields_of(entity: str, *, total_is_queryable: bool) -> dict[str, Any]:
    if entity not in ("Invoice", "CreditMemo"):
        return dict.fromkeys(OF_LISTS)
    return {
        name: field for name, field in FIELDS.items() if total_is_queryable or name != "totalamt"
    }


def _conditions(where: str | None, fields: dict[str, Any]) -> tuple[Condition, ...]:
    try:
        return parse_conditions(where, fields) if where else ()
    except LookupError as error:
        raise _not_queryable(str(error.args[0])) from error
    except ValueError as error:
        raise fault("4000", f"QueryValidationError: {error}") from error


def _not_queryable(name: str) -> Exception:
    if name.lower() in (*NOT_QUERYABLE, "totalamt"):
        return fault("4001", f"QueryValidationError: property '{name}' is not queryable")
    return fault("4000", f"QueryValidationError: Property {name} not found")
