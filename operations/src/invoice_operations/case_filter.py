"""Which failures an operator asks for. Pure."""

from dataclasses import dataclass
from datetime import datetime

from invoice_operations.view.cases import Case


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
