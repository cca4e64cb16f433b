"""The sums of both sides by currency. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoice_operations.reconcile.comparison import Finding, State

NOT_TO_BE_HELD: frozenset[State] = frozenset({"skipped", "resolved", "voided-after-creation"})


@dataclass(slots=True)
class Sums:
    """Of one currency, in major units with Metronome's sign."""

    finalized: Decimal = Decimal(0)
    not_billed: Decimal = Decimal(0)
    held: Decimal = Decimal(0)


@dataclass(slots=True)
class Totals:
    """Counts by state and sums by currency, over findings as they pass."""

    states: Counter[State] = field(default_factory=Counter)
    sums: dict[str, Sums] = field(default_factory=dict)
    for_a_person: int = 0

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self.states[finding.state] += 1
        self.for_a_person += finding.needs_a_person
        sums = self.sums.setdefault(finding.currency, Sums())
        if finding.state == "voided-after-creation":  # Metronome does not bill it any more
            return
        sums.finalized += finding.total
        if finding.state in NOT_TO_BE_HELD:
            sums.not_billed += finding.total
        else:
            sums.held += finding.held or Decimal(0)

    def rows(self) -> list[dict[str, Any]]:
        """Give a row a currency: what Metronome finalized, what of it is rightly not billed, what is held."""
        return [
            {
                "currency": currency,
                "finalized in Metronome": sums.finalized,
                "rightly not billed": sums.not_billed,
                "held by the providers": sums.held,
                "difference": sums.finalized - sums.not_billed - sums.held,
            }
            for currency, sums in sorted(self.sums.items())
        ]
