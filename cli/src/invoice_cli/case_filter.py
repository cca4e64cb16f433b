"""Which failures an operator asks for, and how they group. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from invoice_cli.cases import Case


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What is not given does not restrict. ``until`` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    invoice_id: str | None = None
    customer_id: str | None = None
    codes: frozenset[str] = frozenset()
    stage: str | None = None
    destination: str | None = None

    def holds(self, case: Case) -> bool:
        """Tell whether a failure is asked for."""
        return (
            self._holds_time(case.failed_at)
            and self.invoice_id in (None, case.invoice_id)
            and self.customer_id in (None, case.customer_id)
            and (not self.codes or case.code in self.codes)
            and self.stage in (None, case.stage)
            and self.destination in (None, case.destination)
        )

    def _holds_time(self, moment: datetime) -> bool:
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


@dataclass(slots=True)
class Group:
    """Failures of one stage and code. ``totals`` are in major units by currency; ``unknown`` lack a known total."""

    stage: str
    code: str
    oldest: datetime
    newest: datetime
    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    def add(self, case: Case) -> None:
        """Count one failure."""
        self.count += 1
        self.oldest, self.newest = min(self.oldest, case.failed_at), max(self.newest, case.failed_at)
        if case.total is None or case.currency is None:
            self.unknown += 1
        else:
            self.totals[case.currency] = self.totals.get(case.currency, Decimal(0)) + case.total


def group(cases: Iterable[Case]) -> list[Group]:
    """Group by stage and code, the largest first."""
    groups: dict[tuple[str, str], Group] = {}
    for case in cases:
        key = (case.stage, case.code)
        groups.setdefault(key, Group(*key, oldest=case.failed_at, newest=case.failed_at)).add(case)
    return sorted(groups.values(), key=lambda each: (-each.count, each.stage, each.code))
