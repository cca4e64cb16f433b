"""The part of SuiteQL for transactions: columns, conditions joined by AND, an order.

Pure.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from invoice_simulators.conditions import Condition, parse_conditions
from invoice_simulators.netsuite.errors import wrong_parameter
from invoice_simulators.netsuite.records import Transaction, external_key
from invoice_simulators.netsuite.show import NAMES, status_of
from invoice_simulators.wire import Json, decimal_text

QUERY = re.compile(
    r"\s*select\s+(?P<columns>.+?)\s+from\s+(?P<table>\w+)(\s+where\s+(?P<where>.+?))?"
    r"(\s+order\s+by\s+(?P<order>\w+)(\s+(?P<direction>asc|desc))?)?"
    r"(\s+fetch\s+first\s+(?P<most>\d+)\s+rows\s+only)?\s*",
    re.IGNORECASE | re.DOTALL,
)
COLUMN = re.compile(
    r"(?P<name>\w+|lower\(\w+\)|builtin\.df\(\w+\))(?:\s+(?:as\s+)?(?P<alias>\w+))?", re.IGNORECASE
)
LOWER = re.compile(r"\blower\(\s*(\w+)\s*\)", re.IGNORECASE)
DATE = re.compile(r"\bto_date\(\s*('[\d-]+')\s*,\s*'yyyy-mm-dd'\s*\)", re.IGNORECASE)
TYPES = {"invoice": "CustInvc", "creditMemo": "CustCred"}
KINDS = {"invoice": "Invoice", "creditMemo": "Credit Memo"}

Value = str | Decimal | None


def _signed(stored: Transaction, amount: Decimal) -> Decimal:
    """Return an amount as in reports, where a credit memo's is negative."""
    return -amount if stored.record_type == "creditMemo" else amount


COLUMNS: dict[str, Callable[[Transaction], Value]] = {
    "id": lambda stored: stored.internal_id,
    "type": lambda stored: TYPES[stored.record_type],
    "tranid": lambda stored: stored.number,
    "trandate": lambda stored: stored.body.get(
        "tranDate", f"{datetime.fromtimestamp(stored.created_at, UTC):%Y-%m-%d}"
    ),
    "duedate": lambda stored: stored.body.get("dueDate"),
    "status": lambda stored: status_of(stored)[0],
    "voided": lambda stored: "T" if stored.is_voided else "F",
    "entity": lambda stored: stored.body["entity"]["id"],
    "externalid": lambda stored: stored.external_id,
    "lower(externalid)": lambda stored: external_key(stored.external_id),
    "memo": lambda stored: stored.body.get("memo"),
    "currency": lambda stored: stored.currency_id,
    "foreigntotal": lambda stored: _signed(stored, stored.total),
    "foreignamountpaid": lambda stored: stored.paid,
    "foreignamountunpaid": lambda stored: stored.total - stored.paid,
}
SHOWN: dict[str, Callable[[Transaction], Value]] = {
    **COLUMNS,
    "builtin.df(status)": lambda stored: f"{KINDS[stored.record_type]} : {status_of(stored)[1]}",
    "builtin.df(entity)": lambda stored: f"Customer {stored.body['entity']['id']}",
    "builtin.df(currency)": lambda stored: NAMES.get(stored.currency, stored.currency),
}
DATES = ("trandate", "duedate")


@dataclass(frozen=True, slots=True)
class SuiteQl:
    """One parsed query; ``columns`` are pairs of column and name in the answer."""

    columns: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    order: str | None
    is_descending: bool
    most: int | None

    def rows(self, transactions: Iterable[Transaction]) -> Sequence[Json]:
        """Return the matching rows. Raises ``ApiError``."""
        try:
            found = [each for each in transactions if self._matches(each)]
        except ArithmeticError as error:
            raise wrong_parameter("Search error occurred: Invalid number.") from error
        if self.order is not None:
            column = COLUMNS[self.order]
            found.sort(
                key=lambda stored: (column(stored) is not None, column(stored)),
                reverse=self.is_descending,
            )
        return [self._row(stored) for stored in found[: self.most]]

    def _matches(self, stored: Transaction) -> bool:
        return all(each.holds(COLUMNS[each.field](stored)) for each in self.conditions)

    def _row(self, stored: Transaction) -> Json:
        shown = {alias: _text(name, SHOWN[name](stored)) for name, alias in self.columns}
        return {"links": [], **{name: text for name, text in shown.items() if text is not None}}


def parse_suiteql(text: str) -> SuiteQl:
    """Parse a query. Raises ``ApiError`` if it is invalid or not supported."""
    found = QUERY.fullmatch(text)
    if found is None:
        raise wrong_parameter("Search error occurred: Invalid or unsupported search.")
    if found["table"].lower() != "transaction":
        raise wrong_parameter(f"Search error occurred: Record '{found['table']}' was not found.")
    order = found["order"].lower() if found["order"] else None
    if order is not None and order not in COLUMNS:
        raise _no_field(found["order"])
    return SuiteQl(
        columns=tuple(_column(part) for part in found["columns"].split(",")),
        conditions=_conditions(found["where"] or ""),
        order=order,
        is_descending=(found["direction"] or "").lower() == "desc",
        most=int(found["most"]) if found["most"] else None,
    )


def _column(text: str) -> tuple[str, str]:
    found = COLUMN.fullmatch(text.strip())
    name = found["name"].lower() if found else ""
    if found is None or name not in SHOWN:
        raise _no_field(text.strip())
    return name, (found["alias"] or name).lower()


def _conditions(where: str) -> tuple[Condition, ...]:
    plain = DATE.sub(r"\1", LOWER.sub(r"lower.\1", where))
    fields = {name.replace("lower(", "lower.").rstrip(")"): name for name in COLUMNS}
    try:
        parsed = parse_conditions(plain, fields)
    except LookupError as error:
        raise _no_field(str(error.args[0])) from error
    except ValueError as error:
        raise wrong_parameter(f"Search error occurred: {error}") from error
    return tuple(Condition(fields[each.field], each.sign, each.values) for each in parsed)


def _no_field(name: str) -> Exception:
    return wrong_parameter(
        f"Search error occurred: Field '{name[:50]}' for record 'transaction' was not found."
    )


def _text(name: str, value: Value) -> str | None:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if name in DATES and value is not None:
        day = date.fromisoformat(value)
        return f"{day.month}/{day.day}/{day.year}"
    return value
