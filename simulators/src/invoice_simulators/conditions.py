"""Parse conditions joined by AND, for Intuit's query language and SuiteQL.

Pure.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

TEXT = r"'(?:[^'\\]|\\.|'')*'"
NUMBER = r"-?\d+(?:\.\d+)?"
BOOLEAN = r"(?:true|false)\b"
VALUE = rf"(?:{TEXT}|{NUMBER}|{BOOLEAN})"
CONDITION = re.compile(
    rf"\s*(?P<field>[\w.]+)\s*(?:"
    rf"(?P<sign>=|<>|!=|>=|<=|>|<|\blike\b)\s*(?P<value>{VALUE})"
    rf"|\s+in\s*\(\s*(?P<values>{VALUE}(?:\s*,\s*{VALUE})*)\s*\))\s*",
    re.IGNORECASE,
)
AND = re.compile(r"\s*\band\b\s*", re.IGNORECASE)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """``field`` is in lower case; ``sign`` is an operator, ``in`` (several values) or ``like``."""

    field: str
    sign: str
    values: tuple[str, ...]

    def holds(self, value: str | Decimal | datetime | None) -> bool:
        """Whether a stored value satisfies it; a missing one satisfies none.

        Raises ``ArithmeticError`` or ``ValueError`` if the value to compare is not a number or
        time.
        """
        if value is None:
            return False
        if self.sign == "in":
            return str(value) in self.values
        if self.sign == "like":
            pattern = ".*".join(re.escape(part) for part in self.values[0].split("%"))
            return re.fullmatch(pattern, str(value), re.IGNORECASE | re.DOTALL) is not None
        return SIGNS[self.sign](value, _as(value, self.values[0]))


def _as(value: str | Decimal | datetime, wanted: str) -> str | Decimal | datetime:
    if isinstance(value, Decimal):
        return Decimal(wanted)
    if isinstance(value, datetime):
        moment = datetime.fromisoformat(wanted)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return wanted


def parse_conditions(text: str, fields: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Parse conditions on ``fields`` (in lower case).

    Raises ``LookupError`` for another field, ``ValueError`` for other errors.
    """
    found: list[Condition] = []
    position = 0
    while position < len(text):
        match = CONDITION.match(text, position)
        if match is None:
            raise ValueError(f"condition not understood: {text[position : position + 200]}")
        found.append(_condition(match, fields))
        position = match.end()
        if position < len(text):
            joined = AND.match(text, position)
            if joined is None or joined.end() == len(text):
                raise ValueError(f"AND expected: {text[position : position + 200]}")
            position = joined.end()
    return tuple(found)


def _condition(match: re.Match[str], fields: Mapping[str, Any]) -> Condition:
    field = match["field"].lower()
    if field not in fields:
        raise LookupError(match["field"])
    if match["values"] is not None:
        values = re.findall(VALUE, match["values"])
        return Condition(field, "in", tuple(_plain(value) for value in values))
    return Condition(field, match["sign"].lower(), (_plain(match["value"]),))


def _plain(literal: str) -> str:
    if not literal.startswith("'"):
        return literal.lower()
    return re.sub(r"\\(.)|''", lambda found: found.group(1) or "'", literal[1:-1])
