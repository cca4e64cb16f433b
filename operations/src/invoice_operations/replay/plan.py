"""The plan of a replay, before it sends anything. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from invoice_operations.tally import Tally
from invoice_shared.record import Record

DONE = "put back before this replay was interrupted"


@dataclass(slots=True)
class Plan:
    """``selected`` counts the records to replay, ``left_out`` the others by reason.

    ``impossible`` lists what cannot be replayed, and what to do instead. ``unreadable`` says by key
    why an archived object was skipped. It may grow until all was sent. ``failure_ids`` are the
    selected failures, if failures are replayed. ``ends`` are the offsets after the last records
    read, by partition. Later records do not belong to the replay, whatever the clocks say.
    """

    selected: int = 0
    failure_ids: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    left_out: Counter[str] = field(default_factory=Counter)
    impossible: list[dict[str, Any]] = field(default_factory=list)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)

    def note_end(self, record: Record) -> None:
        """Note that a record was read."""
        self.ends[record.partition] = max(self.ends.get(record.partition, 0), record.offset + 1)

    def document(self) -> dict[str, Any]:
        """Return the plan as a JSON tree: a histogram of reasons and the money at stake."""
        money, unknown = self.tally.total()
        return {
            "selected": self.selected,
            "reasons": [group.document() for group in self.tally.groups()],
            "money": money,
            "unknown_totals": unknown,
            "left_out": dict(self.left_out),
            "cannot_be_replayed": self.impossible,
            "unreadable_objects": [
                {"object": key, "why": why} for key, why in self.unreadable.items()
            ],
        }


def too_often(max_replays: int) -> str:
    """Return the reason of the loop guard."""
    return f"replayed {max_replays} times already (--max-replays)"
