"""Open and held invoices by reason, with money and age, for people. No secrets.

Pure.

Many people may read it, so it names no invoice or customer and quotes no other system.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_operations.tally import Group, money
from invoice_operations.times import age
from invoice_shared.types import time_text

# A stage or code that is not ours could be any text.
MAX_NAME = 40
HELD = "held-for-approval"


@dataclass(frozen=True, slots=True)
class Digest:
    """``failed`` and ``held`` are the groups of open failures as of ``now``, the largest first."""

    now: datetime
    failed: list[Group]
    held: list[Group]

    @property
    def subject(self) -> str:
        """The digest in one line."""
        failed, held = _count(self.failed), _count(self.held)
        return (
            f"Invoices: {failed} failed, {held} held"
            if failed or held
            else "Invoices: nothing is open"
        )

    def text(self) -> str:
        """Return the digest as text for people."""
        return "\n".join([f"{self.subject} ({time_text(self.now)})", *self._lines()])

    def document(self) -> dict[str, Any]:
        """Return the digest as a JSON tree."""
        groups = {"failed": self.failed, "held": self.held}
        return {"at": self.now} | {
            name: [each.document() for each in found] for name, found in groups.items()
        }

    def _lines(self) -> Iterator[str]:
        for group in (*self.failed, *self.held):
            yield f"- {group.stage[:MAX_NAME]}, {group.code[:MAX_NAME]}: {_facts(group, self.now)}"
        if self.failed:
            yield "List them with: invoices failures --list. The codes are in docs/runbook.md."
        if self.held:
            yield "Approve held ones with: invoices approve --all-held --dry-run"


def digest_of(groups: Iterable[Group], now: datetime) -> Digest:
    """Return the digest, with held invoices apart from failed ones."""
    found = list(groups)
    return Digest(
        now,
        [each for each in found if each.code != HELD],
        [each for each in found if each.code == HELD],
    )


def _facts(group: Group, now: datetime) -> str:
    at_stake = money(group.totals, group.unknown)
    return f"{group.count}, the oldest {age(group.oldest, now)} old, {at_stake}"


def _count(groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups)
