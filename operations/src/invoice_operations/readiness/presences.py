"""Ask the providers for the customers and items of documents, each once per run, in batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Protocol

from invoice_operations.readiness.judged import Judged
from invoice_operations.readiness.obstacle import Obstacle
from invoice_operations.readiness.references import Reference
from invoice_providers.base import Presence, Thing
from invoice_providers.registry import provider_of
from invoice_shared.errors import CallFailed
from invoice_shared.failure import Code

# The customers of Metronome whose invoices are asked for together.
CUSTOMERS_AT_ONCE = 100
REFUSED: Code = "provider-rejected"

Key = tuple[str, Thing, str]


class AsksProviders(Protocol):
    """See ``asked_providers.AskedProviders``."""

    def presence(self, name: str, thing: Thing, ids: Sequence[str]) -> Mapping[str, Presence]:
        """Return which customers or items a system shows. Raises ``CallFailed``."""


@dataclass(slots=True)
class Presences:
    """The providers' answers so far, and why something is unknown."""

    _providers: AsksProviders
    _known: dict[Key, Presence] = field(default_factory=dict)
    _problems: dict[Key, str] = field(default_factory=dict)

    def judged(self, found: Iterable[Sequence[Judged]]) -> Iterator[Judged]:
        """Yield the judged invoices, with the problems that their providers show.

        Raises what ``found`` raises.
        """
        lists = iter(found)
        while window := list(islice(lists, CUSTOMERS_AT_ONCE)):
            together = [judged for of_customer in window for judged in of_customer]
            self._ask(each for judged in together for each in judged.references)
            yield from map(self._judged, together)

    def _ask(self, references: Iterable[Reference]) -> None:
        asked = {_key(each) for each in references}
        new = sorted(asked - self._known.keys() - self._problems.keys())
        for (destination, thing), keys in groupby(new, lambda key: key[:2]):
            ids = iter([key[2] for key in keys])
            while batch := list(islice(ids, provider_of(destination).ids_at_once)):
                self._ask_for(destination, thing, batch)

    def _ask_for(self, destination: str, thing: Thing, ids: Sequence[str]) -> None:
        title = provider_of(destination).title
        try:
            shown = self._providers.presence(destination, thing, ids)
        except CallFailed as error:
            self._problems |= {(destination, thing, each): error.reason for each in ids}
            return
        for each in ids:
            key: Key = (destination, thing, each)
            if each in shown:
                self._known[key] = shown[each]
            else:
                self._problems[key] = f"{title} does not show whether the {thing} {each} exists."

    def _judged(self, judged: Judged) -> Judged:
        wrong = tuple(
            _obstacle(each, state)
            for each in judged.references
            if (state := self._known.get(_key(each), "active")) != "active"
        )
        problems = dict.fromkeys(
            self._problems[_key(each)] for each in judged.references if _key(each) in self._problems
        )
        known = replace(judged, problem=" ".join(problems) or judged.problem)
        if wrong:
            return replace(known, state="fails", obstacles=(*judged.obstacles, *wrong))
        return replace(known, state="unknown") if problems and judged.state == "ready" else known


def _obstacle(reference: Reference, state: Presence) -> Obstacle:
    title, name = provider_of(reference.destination).title, reference.external_id
    detail = (
        f"{title} shows no {reference.thing} {name} to us. Correct {reference.source}."
        if state == "missing"
        else f"The {reference.thing} {name} is inactive at {title}. Activate it there, or correct"
        f" {reference.source}."
    )
    return Obstacle(REFUSED, reference.kind, name, detail, reference.title)


def _key(reference: Reference) -> Key:
    return reference.destination, reference.thing, reference.external_id
