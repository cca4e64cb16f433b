"""Ask for customers and items by their ids. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from invoice_providers.base import Presence, Thing

ENTITIES: Mapping[Thing, str] = {"customer": "Customer", "item": "Item"}
STATES: Mapping[Any, Presence] = {True: "active", False: "inactive"}


def asked_for(ids: Iterable[str]) -> list[str]:
    """Return the valid ids: the id of a customer or an item is a number."""
    return sorted({each for each in ids if each.isascii() and each.isdecimal()})


def by_ids(thing: Thing, ids: Collection[str]) -> str:
    """Return the query for these ids, also inactive ones, which a query shows only if asked."""
    named = ", ".join(f"'{each}'" for each in ids)
    return (
        f"select * from {ENTITIES[thing]} where Id in ({named}) and Active in (true, false)"  # noqa: S608 - digits
        f" maxresults {len(ids)}"
    )


def read_entries(tree: Any, thing: Thing) -> dict[str, Presence] | None:
    """Return what a response shows, by id, or ``None`` if it is not one to such a query."""
    answered = tree.get("QueryResponse") if isinstance(tree, dict) else None
    rows = answered.get(ENTITIES[thing], []) if isinstance(answered, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    shown = {str(row.get("Id")): STATES.get(row.get("Active")) for row in rows}
    known = {name: state for name, state in shown.items() if state is not None}
    return known if len(known) == len(rows) else None
