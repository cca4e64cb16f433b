"""The overview's figures: what is open, held and paused, and what was created today."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_operations.approve.facts import HELD
from invoice_operations.selection import Selection
from invoice_operations.tally import Group
from invoice_operations.view.view import View
from invoice_providers.names import destinations
from invoice_shared.decision import Decision


def snapshot(view: View) -> dict[str, Any]:
    """Return the view's current figures as a tree."""
    groups = view.groups(Selection(state="open"))
    return {
        "open": _together(groups)
        | {"reasons": [group.document() | {"example": group.example} for group in groups]},
        "held": _together([group for group in groups if group.code == HELD]),
        "paused": list(paused(view)),
    }


def created_today(view: View, now: datetime) -> dict[str, Any]:
    """Return what was created since midnight UTC.

    After a month's end, this query reads a whole month's invoices.
    """
    created = view.created_since(now.replace(hour=0, minute=0, second=0, microsecond=0))
    return {"count": created.count, "money": created.totals, "unknown_totals": created.unknown}


def paused(view: View) -> Iterator[dict[str, Any]]:
    """Yield the paused destinations, with who paused them, when and why."""
    for name in destinations():
        decided = [each for each in view.decisions(name) if each.kind in ("pause", "resume")]
        if decided and decided[-1].kind == "pause":
            yield _pause(name, decided[-1])


def _pause(name: str, decision: Decision) -> dict[str, Any]:
    return {"destination": name, "by": decision.by, "why": decision.why, "at": decision.at}


def _together(groups: Iterable[Group]) -> dict[str, Any]:
    count, unknown, money = 0, 0, dict[str, Decimal]()
    oldest: datetime | None = None
    for group in groups:
        count, unknown = count + group.count, unknown + group.unknown
        oldest = group.oldest if oldest is None else min(oldest, group.oldest)
        for currency, amount in group.totals.items():
            money[currency] = money.get(currency, Decimal(0)) + amount
    return {"count": count, "oldest": oldest, "money": money, "unknown_totals": unknown}
