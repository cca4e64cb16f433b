"""What people do meanwhile to documents at their providers and to invoices in Metronome, drawn from
the seed.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from invoice_simulators.client import ControlClient
from invoice_simulators.scenario import Created, Scenario
from tests.chaos.plan import CHANGE, DELETE, EDIT, Step

# Nobody acts on a document this young: a request for it may still be in progress.
SETTLED_SECONDS = 5.0
# An issued invoice cannot be deleted there, only cancelled.
REMOVES = {"razorpay": "void"}
KEEPS_TOTALS = ("razorpay",)


@dataclass
class People:
    """Acts on documents through ``controls`` by provider.

    ``removed``, ``edited`` (to which total) and ``changed`` name different invoices.

    ``catch_up`` makes up for steps that found nothing to act on.
    """

    controls: Mapping[str, ControlClient]
    metronome: ControlClient
    month: Scenario
    deliver: Callable[[Any], int]
    removed: set[str] = field(default_factory=set)
    edited: dict[str, Decimal] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    _waiting: list[Step] = field(default_factory=list)
    _again: list[Any] = field(default_factory=list)
    _seen: dict[str, float] = field(default_factory=dict)

    @property
    def touched(self) -> set[str]:
        """Return the invoices whose documents are not as the scenario expects."""
        return self.removed | self.edited.keys()

    def act(self, step: Step) -> None:
        """Do what a step says, now or later."""
        if not self._try(step, SETTLED_SECONDS):
            self._waiting.append(step)

    def catch_up(self) -> None:
        """Do everything that is left, once the systems are well and settled."""
        for step in self._waiting:
            assert self._try(step, 0.0), f"nobody found anything to act on: {step}"
        for event in self._again:
            assert self.deliver(event) == 200

    def _try(self, step: Step, age: float) -> bool:
        random = Random(step.seed)
        if step.whom == CHANGE:
            return self._change_a_body(random)
        found = list(self._documents(step.whom, age))
        random.shuffle(found)
        return any(self._do(step.whom, destination, document) for destination, document in found)

    def _documents(self, deed: str, age: float) -> Iterator[tuple[str, dict[str, Any]]]:
        now = time.monotonic()
        for destination, control in self.controls.items():
            if deed == EDIT and destination in KEEPS_TOTALS:
                continue
            for document in control.documents():
                name = document["external_id"]
                is_old = now - self._seen.setdefault(f"{destination}:{document['id']}", now) >= age
                if (
                    is_old
                    and document["state"] == "open"
                    and name not in self.touched | self.changed
                ):
                    yield destination, document

    def _do(self, deed: str, destination: str, document: Mapping[str, Any]) -> bool:
        control = self.controls[destination]
        name = document["external_id"]
        total = Decimal(document["total"]) + 1
        try:
            if deed == DELETE:
                getattr(control, REMOVES.get(destination, "delete"))(document["id"])
                self.removed.add(name)
            else:
                control.edit(document["id"], total=str(total))
                self.edited[name] = total
        except ValueError:  # the system refuses it
            return False
        return True

    def _change_a_body(self, random: Random) -> bool:
        """Rename the lines of an invoice, and send its event again."""
        names = sorted(name for name, end in self.month.ends.items() if isinstance(end, Created))
        free = [name for name in names if name not in self.touched | self.changed]
        if not free:
            return False
        name = random.choice(free)
        invoice = next(each for each in self.month.invoices if each["id"] == name)
        lines = [line | {"name": f"{line['name']} (corrected)"} for line in invoice["line_items"]]
        self.metronome.edit(name, line_items=lines)
        self.changed.add(name)
        event = next(each for each in self.month.deliveries if _invoice_of(each) == name)
        self._again.append(event)
        with suppress(OSError):  # the webhook may be down; the event is sent once more in the end
            self.deliver(event)
        return True


def _invoice_of(event: Mapping[str, Any]) -> str | None:
    properties = event.get("properties", event)
    found: str | None = properties.get("invoice_id")
    return found
