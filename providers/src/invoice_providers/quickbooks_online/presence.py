"""Asking for customers and items by their ids. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from invoice_providers.base import Presence, Thing

ENTITIES: Mapping[Thing, str] = {"customer": "Customer", "item": "Item"}
STATES: Mapping[Any, Presence] = {True: "active", False: "inactive"}


def asked_for(ids: Iterable[str]) -> list[str]:
    """Return the ids that a query may name: a customer's or item's is a number. Nothing has another
    one.
    """
    return sorted({each for each in ids if each.isascii() and each.isdecimal()})


def by_ids(thing: Thing, ids: Collection[str]) -> str:
    """Return the query for these, inactive ones too: a query shows only active ones unless it
    names the other state.
    """
    named = ", ".join(f"'{each}'" for each in ids)
    return (
        f"select * from {ENTITIES[thing]} where Id in ({named}) and Active in (true, false)"  # noqa: S608 - digits
        f" maxresults {len(ids)}"
    )


def read_entries(tree: Any, thing: Thing) -> dict[str, Presence] | None:
    """Return what a query shows, by id; ``None`` if this is not the answer to one."""
    answered = tree.get("QueryResponse") if isinstance(tree, dict) else None
    rows = answered.get(ENTITIES[thing], []) if isinstance(answered, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    shown = {str(row.get("Id")): STATES.get(row.get("Active")) for row in rows}
    known = {name: state for name, state in shown.items() if state is not None}
    return known if len(known) == len(rows) else None
