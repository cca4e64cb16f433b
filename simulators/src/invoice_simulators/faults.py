"""Which request is to go wrong, and how. Pure: chooses; the front door carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any, Literal, get_args

Kind = Literal[
    "latency",  # carried out, answered ``seconds`` later
    "status",  # not carried out; answered with ``status``, ``headers`` and ``body``
    "status-after",  # carried out; answered so all the same, as a gateway in front does that lost the answer
    "status-late",  # answered so at once, carried out ``seconds`` later
    "reset-before",  # not carried out; connection reset
    "reset-after",  # carried out; connection reset
    "reset-late",  # connection reset at once, carried out ``seconds`` later
    "hang",  # not carried out; no answer ever
    "hang-after",  # carried out; no answer ever
    "hang-late",  # no answer ever, carried out ``seconds`` later
    "credentials",  # not carried out; 401 in the system's own words
]

ANY_OPERATION = "*"


@dataclass(slots=True)
class Fault:
    """One rule.

    ``times`` null: until removed. ``probability`` is drawn from its own generator, so runs repeat.

    ``invoice_id`` matches as a part of the request's invoice id. ``body`` null: the system's own
    words for ``status``. ``seconds`` null, of a late kind: carried out only once it is released.
    """

    kind: Kind
    operation: str = ANY_OPERATION
    invoice_id: str | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 1
    seconds: float | None = 1.0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault: {self.kind}")
        self._random = Random(self.seed)  # noqa: S311 - repeatable draws, no secret

    def strikes(self, operation: str, invoice_id: str | None) -> bool:
        """Whether this request is hit; draws from the generator only where the rule applies."""
        return (
            self.times != 0
            and self.operation in (ANY_OPERATION, operation)
            and (self.invoice_id is None or self.invoice_id in (invoice_id or ""))
            and self._random.random() < self.probability
        )


SETTABLE = frozenset(each.name for each in fields(Fault) if each.init)


def parse_fault(tree: Mapping[str, Any]) -> Fault:
    """Read a fault from the control API. Raises ``ValueError`` naming what is wrong."""
    if unknown := set(tree) - SETTABLE:
        raise ValueError(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
    if "kind" not in tree:
        raise ValueError("a fault needs a kind")
    given = {name: tree[name] for name in ("probability", "seconds") if tree.get(name) is not None}
    numbers: dict[str, Any] = {name: float(value) for name, value in given.items()}
    return Fault(**{**tree, **numbers})


class Faults:
    """The rules in force, oldest first; the first that strikes wins."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a rule in force."""
        self._rules.append(fault)

    def clear(self) -> None:
        """Remove all rules."""
        self._rules.clear()

    def choose(self, operation: str, invoice_id: str | None) -> Fault | None:
        """Return the fault of this request, if any, and count it as used."""
        for fault in self._rules:
            if fault.strikes(operation, invoice_id):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
