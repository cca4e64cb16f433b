"""Find a failure, invoice, customer or replay by the first digits of its id. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.view.cases import Case

# The fewest digits of a failure id that may name it.
SHORTEST_ID = 8
# How many ids an error names if several begin with the digits.
MAX_CANDIDATES = 5
# Metronome's ids are UUIDs, of 36 characters.
BEGINNING = re.compile(rf"[0-9a-f-]{{{SHORTEST_ID},35}}", re.ASCII)


def find_case(cases: Iterable[Case], failure_id: str) -> Case:
    """Return the failure with an id, or with its first digits.

    Raises ``InvalidRequest`` or ``NotFound``.
    """
    wanted = digits_of(failure_id)
    if len(wanted) < SHORTEST_ID:
        raise InvalidRequest(f"A failure id has 64 digits: use at least the first {SHORTEST_ID}.")
    found = [case for case in cases if case.failure_id.startswith(wanted)]
    if not found:
        raise NotFound(
            f"No failure {failure_id} is known. List them with: invoices failures --all --list"
        )
    if len(found) > 1:
        ids = sorted(case.failure_id for case in found)
        raise InvalidRequest(_several(ids, failure_id, "failures"))
    return found[0]


def is_short(given: str) -> bool:
    """Whether a text may be the beginning of a Metronome id, but not a whole one."""
    return BEGINNING.fullmatch(given) is not None


def find_one(known: Collection[str], given: str, what: str) -> str:
    """Return the known id that begins with the given one, else the given one.

    ``what`` names the things with these ids, in the plural. Raises ``InvalidRequest``.
    """
    if given in known or not known:
        return given
    if len(known) > 1:
        raise InvalidRequest(_several(sorted(known), given, what))
    return next(iter(known))


def _several(ids: Sequence[str], given: str, what: str) -> str:
    more = ", …" if len(ids) > MAX_CANDIDATES else ""
    candidates = ", ".join(ids[:MAX_CANDIDATES])
    return f"{len(ids)} {what} begin with {given}; give more digits. They are {candidates}{more}."


def digits_of(failure_id: str) -> str:
    """Return an id as typed by an operator in its stored form."""
    return failure_id.strip().lower()
