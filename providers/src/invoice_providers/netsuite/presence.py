"""Ask SuiteQL which customers and items exist. Pure.

A response leaves out records that the role may not see. So an id is missing only if the same role
sees another record of the kind.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from invoice_providers.base import Presence, Thing
from invoice_shared import serde

STATES: Mapping[str, Presence] = {"f": "active", "t": "inactive"}


NUMBER = re.compile(r"-?[0-9]+")


def asked_for(ids: Iterable[str]) -> list[str]:
    """Return the valid ids: an internal id is a number, negative for some items of NetSuite."""
    return sorted({each for each in ids if NUMBER.fullmatch(each)})


def by_ids(thing: Thing, ids: Collection[str]) -> bytes:
    """Return the query for these ids."""
    return _body(f"SELECT id, isinactive FROM {thing} WHERE id IN ({', '.join(ids)})")  # noqa: S608 - digits


def any_one(thing: Thing) -> bytes:
    """Return the query for any record of the kind."""
    return _body(f"SELECT id, isinactive FROM {thing} FETCH FIRST 1 ROWS ONLY")  # noqa: S608 - no input


def read_rows(tree: Any) -> dict[str, Presence] | None:
    """Return what a response shows, by id, or ``None`` if it is not one to such a query."""
    rows = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(rows, list):
        return None
    shown = {_text(row, "id"): STATES.get(_text(row, "isinactive").lower()) for row in rows}
    known = {name: state for name, state in shown.items() if name and state is not None}
    return known if len(known) == len(rows) else None


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return str(value) if isinstance(value, str | int) else ""


def _body(query: str) -> bytes:
    return serde.encode({"q": query})
