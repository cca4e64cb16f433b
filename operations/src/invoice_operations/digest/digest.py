"""What is open and what is held, by reason, with money and age: for people, without anything
secret.

Pure.

It names no invoice and no customer, and quotes nobody's words: it goes where many can read it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_operations.tally import Group, money
from invoice_operations.times import age
from invoice_shared.types import time_text

# A stage and a code that no failure of ours has could be anybody's text.
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
        """The whole in one line."""
        failed, held = _count(self.failed), _count(self.held)
        return (
            f"Invoices: {failed} failed, {held} held"
            if failed or held
            else "Invoices: nothing is open"
        )

    def text(self) -> str:
        """Return what people read."""
        return "\n".join([f"{self.subject} ({time_text(self.now)})", *self._lines()])

    def document(self) -> dict[str, Any]:
        """Return it as a JSON tree."""
        groups = {"failed": self.failed, "held": self.held}
        return {"at": self.now} | {
            name: [each.document() for each in found] for name, found in groups.items()
        }

    def _lines(self) -> Iterator[str]:
        for group in (*self.failed, *self.held):
            yield f"- {group.stage[:MAX_NAME]}, {group.code[:MAX_NAME]}: {_facts(group, self.now)}"
        if self.failed:
            yield "One by one: invoices failures --list. What each code means: docs/runbook.md."
        if self.held:
            yield "Let held ones go: invoices approve --all-held --dry-run."


def digest_of(groups: Iterable[Group], now: datetime) -> Digest:
    """Separate what waits for an approval from what failed."""
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
