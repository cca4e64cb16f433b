"""Contracts in both versions of the API, with the hierarchy that says who pays. Pure."""

from typing import Any

from invoice_simulators.wire import Json

# What every contract has, in either version.
SHARED: Json = {
    "commits": [],
    "created_at": "2026-01-01T00:00:00.000Z",
    "created_by": "simulated",
    "overrides": [],
    "scheduled_charges": [],
    "starting_at": "2026-01-01T00:00:00.000Z",
    "transitions": [],
    "usage_statement_schedule": {
        "billing_anchor_date": "2026-01-01T00:00:00.000Z",
        "frequency": "MONTHLY",
    },
}

# Fields that version 1 shows outside of ``initial`` and ``current``.
OUTSIDE = ("id", "customer_id", "custom_fields", "archived_at", "uniqueness_key")


def complete(seeded: Json) -> Json:
    """Return a contract of version 2 with every field that the API always shows.

    Raises ``ValueError``.
    """
    if missing := [name for name in ("id", "customer_id") if name not in seeded]:
        raise ValueError(f"a contract needs {', '.join(missing)}")
    return {**SHARED, "usage_filter": [], **seeded}


def version_1(contract: Json) -> Json:
    """Return a contract in the shape of version 1."""
    outside = {name: contract[name] for name in OUTSIDE if name in contract}
    inside: dict[str, Any] = {
        name: value for name, value in contract.items() if name not in (*OUTSIDE, "usage_filter")
    }
    return {**outside, "amendments": [], "initial": inside, "current": inside}
