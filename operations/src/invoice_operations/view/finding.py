"""A failure by the first digits of its id. Pure."""

from collections.abc import Iterable

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.view.cases import Case

# Digits of a failure id that name it, if no other begins so.
SHORTEST_ID = 8


def find_case(cases: Iterable[Case], failure_id: str) -> Case:
    """Return the failure with an id, or with its first digits. Raises ``InvalidRequest`` or ``NotFound``."""
    wanted = digits_of(failure_id)
    if len(wanted) < SHORTEST_ID:
        raise InvalidRequest(f"A failure id has 64 digits; give at least the first {SHORTEST_ID}.")
    found = [case for case in cases if case.failure_id.startswith(wanted)]
    if not found:
        raise NotFound(f"No failure {failure_id} is known. List them with: invoices failures --all --list")
    if len(found) > 1:
        raise InvalidRequest(f"{len(found)} failures begin with {failure_id}; give more digits.")
    return found[0]


def digits_of(failure_id: str) -> str:
    """Return what an operator typed as ids are written."""
    return failure_id.strip().lower()
