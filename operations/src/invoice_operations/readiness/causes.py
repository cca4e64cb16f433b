"""What must be corrected, each cause once, with its invoices and money.

Pure.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoice_operations.amounts import in_minor_units
from invoice_operations.readiness.judged import Judged, State
from invoice_operations.readiness.obstacle import Obstacle
from invoice_operations.view.decimal_sum import EXACT

STATES: dict[State, str] = {
    "ready": "would be sent",
    "skipped": "would be skipped",
    "fails": "would fail",
    "unknown": "not known",
}
Key = tuple[str, str, str | None, str | None]
# How many failed questions are named.
MAX_PROBLEMS = 20


@dataclass(slots=True)
class Waiting:
    """The invoices with one cause; ``example`` is one of them."""

    example: str
    title: str | None
    detail: str
    invoices: int = 0
    total: Decimal = Decimal(0)


@dataclass(slots=True)
class Causes:
    """Counts over a stream of invoices; ``problems`` names the first unknown ones.

    Memory grows with the number of causes, not with the invoices.
    """

    providers_asked: bool = False
    states: Counter[State] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _waiting: dict[Key, Waiting] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Count one invoice."""
        self.states[judged.state] += 1
        if judged.problem is not None and len(self.problems) < MAX_PROBLEMS:
            about = judged.invoice_id or f"customer {judged.customer_id}"
            self.problems.append(f"{about}: {judged.problem}")
        for each in judged.obstacles:
            key = (each.code, each.kind, _subject(each), judged.currency)
            waiting = self._waiting.setdefault(
                key, Waiting(judged.invoice_id or "", each.title, each.detail)
            )
            waiting.invoices += 1
            waiting.total = EXACT.add(waiting.total, judged.total or Decimal(0))

    def in_words(self) -> str:
        """Return how many invoices would have each result."""
        if not self.states:
            return "No invoice in this period, and no draft."
        count = ", ".join(
            f"{count:,} {STATES[state]}" for state, count in self.states.most_common()
        )
        whom = "The providers were asked" if self.providers_asked else "No provider was asked"
        return f"{self.states.total():,} invoice(s), including drafts: {count}. {whom}."

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per cause and currency, by code and kind, the most frequent first."""
        return sorted(
            self._rows(),
            key=lambda row: (row["code"], row["kind"], -row["invoices"], row["name"] or ""),
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        for (code, kind, name, currency), waiting in self._waiting.items():
            yield {
                "code": code,
                "kind": kind,
                "name": name,
                "title": waiting.title,
                "invoices": waiting.invoices,
                "total": in_minor_units(waiting.total, currency),
                "currency": currency,
                "example": waiting.example,
                "detail": waiting.detail,
            }


def _subject(obstacle: Obstacle) -> str | None:
    """Return what is corrected once for all invoices; ``None`` if each needs its own fix."""
    if obstacle.kind == "invoice":
        return None
    return obstacle.name
