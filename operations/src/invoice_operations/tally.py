"""Count failures or records by reason, with the money at stake. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_operations.amounts import amount_text
from invoice_operations.view.cases import Case


@dataclass(slots=True)
class Group:
    """The failures with one stage and code.

    ``totals`` are in major units by currency; ``unknown`` counts those without a known total.
    """

    stage: str
    code: str
    oldest: datetime
    newest: datetime
    example: str = ""
    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    def add(self, at: datetime, total: Decimal | None, currency: str | None) -> None:
        """Count one failure or record."""
        self.count += 1
        self.oldest, self.newest = min(self.oldest, at), max(self.newest, at)
        if total is None or currency is None:
            self.unknown += 1
        else:
            self.totals[currency] = self.totals.get(currency, Decimal(0)) + total

    def document(self) -> dict[str, Any]:
        """Return the group as a JSON tree."""
        return {
            "stage": self.stage,
            "code": self.code,
            "count": self.count,
            "oldest": self.oldest,
            "newest": self.newest,
            "money": self.totals,
            "unknown_totals": self.unknown,
        }


@dataclass(slots=True)
class Tally:
    """The groups of one listing."""

    _groups: dict[tuple[str, str], Group] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        """Count a failure under its stage and code."""
        key = (case.stage, case.code)
        new = Group(*key, oldest=case.failed_at, newest=case.failed_at, example=case.reason)
        self._groups.setdefault(key, new).add(case.failed_at, case.total, case.currency)

    def count(self, stage: str, code: str, at: datetime, money: tuple[Decimal, str] | None) -> None:
        """Count a record that is not a failure; ``money`` is its total and currency."""
        group = self._groups.setdefault((stage, code), Group(stage, code, oldest=at, newest=at))
        group.add(at, *(money or (None, None)))

    def groups(self) -> list[Group]:
        """Return the groups, the largest first."""
        return sorted(self._groups.values(), key=lambda each: (-each.count, each.stage, each.code))

    def total(self) -> tuple[dict[str, Decimal], int]:
        """Return the sums by currency over all groups, and the number of unknown totals."""
        sums: dict[str, Decimal] = {}
        for group in self._groups.values():
            for currency, amount in group.totals.items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sums, sum(group.unknown for group in self._groups.values())


def tally(cases: Iterable[Case]) -> Tally:
    """Return the tally of failures."""
    counted = Tally()
    for case in cases:
        counted.add(case)
    return counted


def money(totals: Mapping[str, Decimal], unknown: int = 0) -> str:
    """Return sums by currency as text: ``EUR 10.00, USD 1,250.00 and 2 of unknown total``."""
    sums = ", ".join(
        f"{currency} {amount_text(total, currency)}" for currency, total in sorted(totals.items())
    )
    rest = f"{unknown} of unknown total" if unknown else ""
    return " and ".join(part for part in (sums, rest) if part)
