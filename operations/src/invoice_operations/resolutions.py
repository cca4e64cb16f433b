"""Look up who resolved failures by hand, and why."""

from collections.abc import Iterable
from typing import NamedTuple

from invoice_operations.view.cases import Case
from invoice_operations.view.view import View


class ClosedBy(NamedTuple):
    """A person and the reason; both are ``None`` if nobody resolved it."""

    resolved_by: str | None = None
    resolved_why: str | None = None


NOBODY = ClosedBy()


def closed_by(view: View, cases: Iterable[Case]) -> dict[str, ClosedBy]:
    """Return, by failure id, who resolved each resolved failure."""
    resolved = [case for case in cases if case.state == "resolved"]
    known = view.invoices({case.key for case in resolved})
    events = [(case, known[case.key].newest) for case in resolved]
    return {
        case.failure_id: ClosedBy(newest.resolved_by, newest.reason)
        for case, newest in events
        if newest
    }
