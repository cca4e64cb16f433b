"""Render facts as HTML."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from invoice_operations.amounts import amount_text
from invoice_operations.tally import money
from invoice_operations.times import age
from invoice_shared.harmless import harmless, harmless_json
from invoice_shared.serde import dumps
from invoice_web.forms import SHOWN_ROWS
from invoice_web.runbook import Runbook


class Templates:
    """The templates. Every text is escaped and harmless, and an undefined name is an error."""

    def __init__(self, runbook: Runbook) -> None:
        self._environment = Environment(
            loader=PackageLoader("invoice_web"),
            autoescape=True,
            finalize=_harmless,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._environment.filters |= {
            "money": money_of,
            "amount": amount,
            "moment": moment,
            "since": since,
            "short": short,
            "words": words,
            "body": body,
        }
        self._environment.globals |= {"runbook": runbook, "rows_per_page": SHOWN_ROWS}

    def render(self, name: str, facts: Mapping[str, Any]) -> str:
        """Return a page."""
        return self._environment.get_template(name).render(facts)


def _harmless(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def money_of(totals: Mapping[str, Decimal | str], unknown: int = 0) -> str:
    """Return sums by currency in words; the sums of a stored plan are text."""
    return money({currency: Decimal(total) for currency, total in totals.items()}, unknown)


def amount(total: Decimal | str | None, currency: str | None = None) -> str:
    """Return an amount with separators, and with the digits of its currency."""
    return "" if total is None else amount_text(Decimal(total), currency)


def moment(value: datetime | str | None) -> str:
    """Return a time as people read it."""
    if value is None:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def since(value: datetime | str | None, now: datetime) -> str:
    """Return the age of a time."""
    if value is None:
        return ""
    return age(datetime.fromisoformat(value) if isinstance(value, str) else value, now)


def body(tree: Any) -> str:
    """Return a body as a provider would get it, with amounts as numbers."""
    return harmless_json(dumps(tree).decode())


def short(failure_id: str) -> str:
    """Return the digits of an id that distinguish it."""
    return failure_id[:12]


def words(name: str) -> str:
    """Return a name without hyphens and underscores."""
    return name.replace("_", " ").replace("-", " ")
