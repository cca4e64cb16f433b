"""The small part of Intuit's query language that is needed: conditions on id, number and date, joined by AND. Pure."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from invoice_simulators.quickbooks_online.errors import fault
from invoice_simulators.quickbooks_online.store import Entity, Transaction

QUERY = re.compile(
    r"\s*select\s+(?P<fields>.+?)\s+from\s+(?P<entity>Invoice|CreditMemo)(\s+where\s+(?P<where>.+?))?"
    r"(\s+startposition\s+(?P<start>\d+))?(\s+maxresults\s+(?P<most>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"\s*(?P<field>[\w.]+)\s*(?P<sign>=|>=|<=|>|<)\s*'(?P<value>[^']*)'\s*")
SIGNS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
FIELDS: dict[str, Callable[[Transaction], str]] = {
    "id": lambda stored: stored.id,
    "docnumber": lambda stored: stored.number or "",
    "txndate": lambda stored: stored.date,
}
MOST = 1000
DEFAULT = 100
ENTITIES: dict[str, Entity] = {"invoice": "Invoice", "creditmemo": "CreditMemo"}


@dataclass(frozen=True, slots=True)
class Query:
    """One parsed query. ``start`` counts from 1."""

    entity: Entity
    conditions: tuple[tuple[str, str, str], ...]
    start: int
    most: int

    def matches(self, stored: Transaction) -> bool:
        """Tell whether a transaction fulfils every condition."""
        return all(SIGNS[sign](FIELDS[field](stored), value) for field, sign, value in self.conditions)


def parse_query(text: str) -> Query:
    """Parse a query. Raises ``ApiError`` with code 4000."""
    if (found := QUERY.fullmatch(text)) is None:
        raise fault("4000", f"QueryParserError: {text[:200]}")
    parts = re.split(r"\s+and\s+", found["where"], flags=re.IGNORECASE) if found["where"] else []
    most = min(int(found["most"] or DEFAULT), MOST)
    return Query(
        ENTITIES[found["entity"].lower()], tuple(_condition(part) for part in parts), int(found["start"] or 1), most
    )


def _condition(text: str) -> tuple[str, str, str]:
    found = CONDITION.fullmatch(text)
    if found is None or found["field"].lower() not in FIELDS:
        raise fault("4000", f"QueryValidationError: condition not supported: {text[:200]}")
    return cast("tuple[str, str, str]", (found["field"].lower(), found["sign"], found["value"]))
