"""A failure or an invoice by the first digits of its id. Pure."""

import re
from collections.abc import Collection, Iterable

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.view.cases import Case

# Digits of a failure id that name it, if no other begins so.
SHORTEST_ID = 8
# Metronome's ids are UUIDs, of 36 characters.
BEGINNING = re.compile(rf"[0-9a-f-]{{{SHORTEST_ID},35}}", re.ASCII)


def find_case(cases: Iterable[Case], failure_id: str) -> Case:
    """Return the failure with an id, or with its first digits.

    Raises ``InvalidRequest`` or ``NotFound``.
    """
    wanted = digits_of(failure_id)
    if len(wanted) < SHORTEST_ID:
        raise InvalidRequest(f"A failure id has 64 digits; give at least the first {SHORTEST_ID}.")
    found = [case for case in cases if case.failure_id.startswith(wanted)]
    if not found:
        raise NotFound(
            f"No failure {failure_id} is known. List them with: invoices failures --all --list"
        )
    if len(found) > 1:
        raise InvalidRequest(f"{len(found)} failures begin with {failure_id}; give more digits.")
    return found[0]


def is_short(invoice_id: str) -> bool:
    """Whether a text can be the first digits of an invoice id, and is not a whole one."""
    return BEGINNING.fullmatch(invoice_id) is not None


def find_invoice(known: Collection[str], invoice_id: str) -> str:
    """Return the known invoice that has an id or begins with it, else what was given.

    Raises ``InvalidRequest``.
    """
    if invoice_id in known or not known:
        return invoice_id
    if len(known) > 1:
        raise InvalidRequest(f"{len(known)} invoices begin with {invoice_id}; give more digits.")
    return next(iter(known))


def digits_of(failure_id: str) -> str:
    """Return what an operator typed as ids are written."""
    return failure_id.strip().lower()
