"""Sum up findings by state and currency. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoice_operations.amounts import in_minor_units
from invoice_operations.reconcile.finding import Column, Finding, State

TITLES: dict[Column, str] = {
    "finalized": "finalized in Metronome",
    "at the providers": "at the providers",
    "not billed": "rightly not billed",
    "failed": "failed",
    "held": "held for approval",
    "resolved": "resolved by hand",
    "waiting": "waiting",
    "unknown": "could not be asked",
}


@dataclass(slots=True)
class Totals:
    """Counts by state and sums by currency, over a stream of findings."""

    states: Counter[State] = field(default_factory=Counter)
    sums: dict[str, dict[Column, Decimal]] = field(default_factory=dict)
    for_a_person: int = 0

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self.states[finding.state] += 1
        self.for_a_person += finding.needs_a_person
        for column, currency, amount in finding.money:
            sums = self.sums.setdefault(currency, {})
            sums[column] = sums.get(column, Decimal(0)) + amount

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per currency: finalized, where it is, and what remains unexplained."""
        return [_row(currency, sums) for currency, sums in sorted(self.sums.items())]


def _row(currency: str, sums: dict[Column, Decimal]) -> dict[str, Any]:
    amounts = {title: sums.get(column, Decimal(0)) for column, title in TITLES.items()}
    finalized, *rest = amounts.values()
    amounts["unexplained"] = finalized - sum(rest, Decimal(0))
    return {"currency": currency} | {
        title: in_minor_units(amount, currency) for title, amount in amounts.items()
    }
